// Certificates: one root, and for each proxy its SPIFFE identity.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
)

// Identities issues certificates.
type Identities struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
	next int64
}

func newIdentities() (*Identities, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ids := &Identities{key: key, next: 1}
	ids.root = ids.template("root")
	ids.root.IsCA, ids.root.KeyUsage = true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, ids.root, ids.root, &key.PublicKey, key)
	ids.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return ids, err
}

func (ids *Identities) template(name string) *x509.Certificate {
	ids.next++
	return &x509.Certificate{
		SerialNumber: big.NewInt(ids.next), Subject: pkix.Name{Organization: []string{name}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true,
	}
}

// issue makes a certificate and its key, as PEM, for a SPIFFE identity or for a name of DNS.
func (ids *Identities) issue(identity, name string) (cert, key []byte, err error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t := ids.template("workload")
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if identity != "" {
		u, err := url.Parse(identity)
		if err != nil {
			return nil, nil, err
		}
		t.URIs = []*url.URL{u}
	}
	if name != "" {
		t.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ids.root, &k.PublicKey, ids.key)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalECPrivateKey(k)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}), err
}

// secrets are the proxy's own certificate and the root, by Istio's names, and one for each other name that its listeners mention.
func (ids *Identities) secrets(p *Proxy, listeners []types.Resource) ([]types.Resource, error) {
	root := &tlsv3.CertificateValidationContext{TrustedCa: inline(ids.pem)}
	out := []types.Resource{&tlsv3.Secret{Name: "ROOTCA", Type: &tlsv3.Secret_ValidationContext{ValidationContext: root}}}
	names := map[string]bool{"default": true}
	for _, r := range listeners {
		for _, fc := range r.(*listenerv3.Listener).FilterChains {
			d := &tlsv3.DownstreamTlsContext{}
			if fc.TransportSocket == nil || fc.TransportSocket.GetTypedConfig().UnmarshalTo(d) != nil {
				continue
			}
			for _, s := range d.GetCommonTlsContext().GetTlsCertificateSdsSecretConfigs() {
				names[s.Name] = true
			}
		}
	}
	for name := range names {
		identity, host := "", "gateway.example"
		if name == "default" {
			identity, host = p.Identity, ""
		}
		cert, key, err := ids.issue(identity, host)
		if err != nil {
			return nil, err
		}
		tls := &tlsv3.TlsCertificate{CertificateChain: inline(cert), PrivateKey: inline(key)}
		out = append(out, &tlsv3.Secret{Name: name, Type: &tlsv3.Secret_TlsCertificate{TlsCertificate: tls}})
	}
	return out, nil
}

func inline(b []byte) *corev3.DataSource {
	return &corev3.DataSource{Specifier: &corev3.DataSource_InlineBytes{InlineBytes: b}}
}
