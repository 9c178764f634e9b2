// Certificates: what the two sides of a TLS connection demand of each other.

package main

import (
	"fmt"
	"strings"

	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// identity is the name in the certificate of this proxy.
func (p *Proxy) identity() string {
	return fmt.Sprintf("spiffe://%s/ns/%s/sa/%s", p.Ctl.mc.GetTrustDomain(), p.P.Metadata.Namespace, p.P.Metadata.ServiceAccount)
}

// demanded are the names of which one must be in the certificate of the other side.
func demanded(ct *tlsv3.CommonTlsContext) []*matcherv3.StringMatcher {
	v := ct.GetCombinedValidationContext().GetDefaultValidationContext()
	var out []*matcherv3.StringMatcher
	for _, s := range v.GetMatchTypedSubjectAltNames() {
		out = append(out, s.GetMatcher())
	}
	return append(out, v.GetMatchSubjectAltNames()...) //nolint:staticcheck // old releases
}

// istioIssued tells whether the own certificate is that of the workload's identity.
func istioIssued(ct *tlsv3.CommonTlsContext) bool {
	s := ct.GetTlsCertificateSdsSecretConfigs()
	return len(s) == 1 && s[0].Name == "default"
}

// handshake finds what the certificates of a TLS client and of proxy p, which terminates, have against each other. Certificates that
// Istio did not issue are taken for good.
func (p *Proxy) handshake(c conn, d *tlsv3.DownstreamTlsContext) (key, why string) {
	ct := d.GetCommonTlsContext()
	if c.tls == "mtls" && istioIssued(ct) && !accepts(c.sans, p.identity()) {
		return "error:san-mismatch", fmt.Sprintf("%s has the identity %s, which the caller does not accept", p.Name, p.identity())
	}
	if want := demanded(ct); c.id != "" && !accepts(want, c.id) {
		return "error:client-san-mismatch", fmt.Sprintf("%s does not accept the caller's identity %s, only %s", p.Name, c.id, sanText(want))
	}
	return "", ""
}

func sanText(want []*matcherv3.StringMatcher) string {
	var s []string
	for _, x := range want {
		s = append(s, x.GetExact()+x.GetPrefix())
	}
	return strings.Join(s, " ")
}

// takesPlaintext asks the listener of a gateway whether a connection without TLS is served there.
func (p *Proxy) takesPlaintext(port int, c conn) bool {
	l := matchListener(p.Listeners, p.P.IPAddresses[0], port, "")
	if l == nil {
		return false
	}
	fc, err := matchChain(l, p.P.IPAddresses[0], port, c)
	return err == nil && fc.TransportSocket == nil
}
