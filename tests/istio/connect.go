// A connection from a proxy to one endpoint, and whose endpoint it is.

package main

import (
	"fmt"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"google.golang.org/protobuf/types/known/structpb"
	alpnv2 "istio.io/api/envoy/config/filter/http/alpn/v2alpha1"
	"istio.io/istio/pilot/pkg/model"
)

func structSubset(want, have *structpb.Struct) bool {
	for k, v := range want.GetFields() {
		h, ok := have.GetFields()[k]
		if !ok || h.GetStringValue() != v.GetStringValue() {
			return false
		}
	}
	return true
}

// upstreamSocket picks the transport socket for an endpoint: the first matching transport_socket_match, else the default.
func upstreamSocket(cl *clusterv3.Cluster, e *endpointv3.LbEndpoint) (*corev3.TransportSocket, string) {
	meta := e.GetMetadata().GetFilterMetadata()["envoy.transport_socket_match"]
	for _, m := range cl.TransportSocketMatches {
		if structSubset(m.Match, meta) {
			return m.TransportSocket, "match " + m.Name
		}
	}
	return cl.TransportSocket, "cluster"
}

func httpOptions(cl *clusterv3.Cluster) string {
	a := cl.TypedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]
	if a == nil {
		if cl.Http2ProtocolOptions != nil { //nolint:staticcheck // releases before 1.16 use the old field
			return "h2c"
		}
		return "http/1.1"
	}
	o := &httpv3.HttpProtocolOptions{}
	_ = a.UnmarshalTo(o)
	if o.GetUseDownstreamProtocolConfig() != nil {
		return "downstream"
	}
	if o.GetExplicitHttpConfig().GetHttp2ProtocolOptions() != nil {
		return "h2c"
	}
	return "http/1.1"
}

// alpnOverride is Istio's istio.alpn HTTP filter.
func alpnOverride(m *hcmv3.HttpConnectionManager, cl *clusterv3.Cluster, proto string) []string {
	if m == nil {
		return nil
	}
	if cl.GetMetadata().GetFilterMetadata()["istio"].GetFields()["alpn_override"].GetStringValue() == "false" {
		return nil
	}
	for _, hf := range m.HttpFilters {
		if hf.Name != "istio.alpn" {
			continue
		}
		x := &alpnv2.FilterConfig{}
		if hf.GetTypedConfig() == nil || hf.GetTypedConfig().UnmarshalTo(x) != nil {
			continue
		}
		for _, o := range x.AlpnOverride {
			if (o.UpstreamProtocol == alpnv2.FilterConfig_HTTP11 && proto == "http/1.1") || (o.UpstreamProtocol == alpnv2.FilterConfig_HTTP2 && proto == "h2c") {
				return o.AlpnOverride
			}
		}
	}
	return nil
}

func (t *tracer) gatewayAt(addr string, port int) (*Control, *Gateway, int) {
	for _, c := range t.ctl {
		for _, g := range c.C.Gateways {
			for _, a := range g.Addresses {
				if a == addr {
					return c, g, g.Ports[port]
				}
			}
		}
	}
	return nil, nil, 0
}

// near tells whether proxy p reaches IPs on this network of another cluster.
func (p *Proxy) near(network string) bool {
	return network == string(p.P.Metadata.Network) && (network != "" || p.Ctl.C.flat)
}

// podAt finds the pod that proxy p reaches at an IP: one of its own cluster, or one of another cluster on the same network.
func (t *tracer) podAt(p *Proxy, ip string) (*Control, *Pod) {
	if ip == "" {
		return nil, nil
	}
	for _, pod := range p.Ctl.C.pods() {
		if pod.IP == ip {
			return p.Ctl, pod
		}
	}
	for _, c := range t.ctl {
		for _, pod := range c.C.pods() {
			if pod.IP == ip && p.near(pod.W.Network) {
				return c, pod
			}
		}
	}
	return nil, nil
}

// connect opens the connection to one endpoint.
func (t *tracer) connect(p *Proxy, f flow, cl *clusterv3.Cluster, pk pick, c conn, m *hcmv3.HttpConnectionManager) {
	sock, how := upstreamSocket(cl, pk.ep)
	if sock == nil || sock.Name == "envoy.transport_sockets.raw_buffer" {
		how = "bytes passed as they are"
	}
	out := c
	if m != nil {
		out.http = httpOptions(cl)
		if out.http == "downstream" {
			out.http = c.http
		}
	}
	secure := false
	if sock != nil && sock.Name != "envoy.transport_sockets.raw_buffer" && sock.GetTypedConfig() != nil &&
		strings.HasSuffix(sock.GetTypedConfig().TypeUrl, "UpstreamTlsContext") {
		u := &tlsv3.UpstreamTlsContext{}
		if err := sock.GetTypedConfig().UnmarshalTo(u); err != nil {
			t.end(f, "error:bad-socket", "cannot read transport socket: %v", err)
			return
		}
		if c.tls != "" && m == nil && p.P.Type == model.Router {
			// a passing gateway must not wrap the TLS of the caller once more (a sidecar may wrap the TLS of its app)
			secure = true
		}
		ct := u.GetCommonTlsContext()
		out.tls = "tls"
		if len(ct.GetTlsCertificateSdsSecretConfigs())+len(ct.GetTlsCertificates()) > 0 {
			out.tls = "mtls"
		}
		out.sni = u.Sni
		out.alpn = ct.GetAlpnProtocols()
		if o := alpnOverride(m, cl, out.http); o != nil {
			out.alpn = o
		}
		out.sans, out.id = demanded(ct), ""
		if istioIssued(ct) {
			out.id = p.identity()
		}
		if secure {
			t.end(f, "error:tls-in-tls", "DEAD END: TLS traffic is wrapped in TLS again towards %s:%d", pk.host, pk.port)
			return
		}
	}
	where := fmt.Sprintf("%s:%d", pk.host, pk.port)
	if pk.loc != "" {
		where += " locality=" + pk.loc
	}
	f = f.hop("  -> %s priority=%d share=%.4g%% %s (%s)", where, pk.prio, pk.share*100, out, how)
	if len(out.sans) > 0 && out.tls != "" {
		f = f.hop("     required server identity: %s", sanText(out.sans))
	}
	if rc, g, lp := t.gatewayAt(pk.host, pk.port); g != nil {
		if lp == 0 {
			t.end(f, "error:gateway-port", "DEAD END: gateway %s of %s does not serve port %d", g.Name, rc.C.Name, pk.port)
			return
		}
		gp := rc.podProxy(g.pod(rc.C))
		if out.tls == "" && !gp.takesPlaintext(lp, out) {
			t.end(f, "error:plaintext-to-gateway", "DEAD END: plaintext to gateway %s of %s port %d", g.Name, rc.C.Name, pk.port)
			return
		}
		if p.P.Type == "router" && len(f.visited) > 0 {
			kind := "transit"
			for _, v := range append([]string{t.home}, f.visited...) {
				if v == rc.C.Name {
					kind = "loop"
				}
			}
			t.end(f, "error:"+kind, "DEAD END (%s): gateway of %s forwards to the gateway of %s", kind, p.Ctl.C.Name, rc.C.Name)
			return
		}
		f.visited = append(append([]string{}, f.visited...), rc.C.Name)
		t.listen(gp, f, gp.P.IPAddresses[0], lp, out, "")
		return
	}
	if pc, pod := t.podAt(p, pk.host); pod != nil {
		t.deliver(pc, f, pod, pk.port, out)
		return
	}
	for _, c := range t.ctl {
		for _, g := range c.C.Gateways {
			if g.IP == pk.host && (c == p.Ctl || p.near(g.Network)) {
				gp := c.podProxy(g.pod(c.C))
				f.visited = append(append([]string{}, f.visited...), c.C.Name)
				t.listen(gp, f, g.IP, pk.port, out, "")
				return
			}
		}
	}
	for _, other := range t.ctl {
		if other == p.Ctl {
			continue
		}
		for _, pod := range other.C.pods() {
			if pod.IP == pk.host {
				t.end(f, "error:foreign-pod-ip", "DEAD END: %s is a pod IP of %s, not reachable from %s", pk.host, other.C.Name, p.Ctl.C.Name)
				return
			}
		}
	}
	t.end(f, "external:"+where, "leaves the mesh to %s", where)
}
