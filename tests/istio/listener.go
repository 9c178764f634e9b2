// A connection on its way through one listener of a proxy.

package main

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	rewritev2 "istio.io/api/envoy/config/filter/network/tcp_cluster_rewrite/v2alpha1"
	"istio.io/istio/pilot/pkg/simulation"
)

// listen takes a connection through one listener of a proxy.
func (t *tracer) listen(p *Proxy, f flow, addr string, port int, c conn, fallback string) {
	l := matchListener(p.Listeners, addr, port, fallback)
	if l == nil {
		t.end(f, "error:no-listener", "DEAD END: %s in %s has no listener for port %d", p.Name, p.Ctl.C.Name, port)
		return
	}
	t.chain(p, f, l, addr, port, c, fallback)
}

func (t *tracer) chain(p *Proxy, f flow, l *listenerv3.Listener, addr string, port int, c conn, fallback string) {
	if d := duplicateChains(l); len(d) > 0 {
		t.end(f, "error:listener-rejected", "DEAD END: Envoy rejects the listener: %s", d[0])
		return
	}
	fc, err := matchChain(l, addr, port, c)
	mode := simulation.CallModeGateway
	if fallback != "" {
		mode = simulation.CallModeOutbound
	}
	t.crossCheck(p, mode, l, fc, err, addr, port, c, f.req)
	if err != nil {
		t.end(f, "error:no-filter-chain", "DEAD END: [%s] %s: %v%s", p.Ctl.C.Name, p.Name, err, nearSNI(l, c.sni))
		return
	}
	f = f.hop("[%s] %s: listener %s, chain %q %s", p.Ctl.C.Name, p.Name, l.Name, fc.Name, chainText(fc))
	if fc.TransportSocket != nil {
		d := &tlsv3.DownstreamTlsContext{}
		_ = fc.TransportSocket.GetTypedConfig().UnmarshalTo(d)
		if c.tls == "" {
			t.end(f, "error:tls-required", "DEAD END: the chain terminates TLS but the connection is plaintext")
			return
		}
		if d.GetRequireClientCertificate().GetValue() && c.tls != "mtls" {
			t.end(f, "error:client-certificate-required", "DEAD END: the chain requires a client certificate")
			return
		}
		if key, why := p.handshake(c, d); key != "" {
			t.end(f, key, "DEAD END: [%s] %s", p.Ctl.C.Name, why)
			return
		}
		c = conn{http: c.http, src: c.src}
	}
	var sniCluster string
	for _, nf := range fc.Filters {
		switch {
		case nf.Name == "envoy.filters.network.sni_cluster":
			sniCluster = c.sni
			f = f.hop("sni_cluster sets cluster %s", sniCluster)
		case strings.Contains(nf.Name, "tcp_cluster_rewrite"):
			x := &rewritev2.TcpClusterRewrite{}
			if err := nf.GetTypedConfig().UnmarshalTo(x); err == nil && sniCluster != "" {
				if re, err := regexp.Compile(x.ClusterPattern); err == nil {
					sniCluster = re.ReplaceAllString(sniCluster, x.ClusterReplacement)
					f = f.hop("tcp_cluster_rewrite sets cluster %s", sniCluster)
				}
			}
		case nf.Name == "envoy.filters.network.set_filter_state":
			t.note("filter set_filter_state found; its expression is not evaluated")
		case strings.Contains(nf.Name, "rbac"):
			t.note("RBAC network filter on %s %s is not evaluated", p.Name, l.Name)
		case nf.Name == "envoy.filters.network.http_connection_manager":
			m := &hcmv3.HttpConnectionManager{}
			if err := nf.GetTypedConfig().UnmarshalTo(m); err != nil {
				t.end(f, "error:bad-filter", "cannot read HCM: %v", err)
				return
			}
			if c.tls != "" {
				t.end(f, "error:tls-to-http", "DEAD END: TLS bytes reach an HTTP filter")
				return
			}
			if c.http == "" {
				t.end(f, "error:tcp-to-http", "DEAD END: non-HTTP bytes reach an HTTP filter")
				return
			}
			t.http(p, f, l, m, c)
			return
		case nf.Name == "envoy.filters.network.tcp_proxy":
			tp := &tcpv3.TcpProxy{}
			if err := nf.GetTypedConfig().UnmarshalTo(tp); err != nil {
				t.end(f, "error:bad-filter", "cannot read tcp_proxy: %v", err)
				return
			}
			if sniCluster != "" {
				t.forward(p, f, sniCluster, addr, port, c, nil)
				return
			}
			if wc := tp.GetWeightedClusters(); wc != nil {
				total := 0.0
				for _, x := range wc.Clusters {
					total += float64(x.Weight)
				}
				for _, x := range wc.Clusters {
					if x.Weight > 0 {
						t.forward(p, f.scale(float64(x.Weight)/total).hop("tcp weight %d/%v", x.Weight, total), x.Name, addr, port, c, nil)
					}
				}
				return
			}
			t.forward(p, f, tp.GetCluster(), addr, port, c, nil)
			return
		}
	}
	t.end(f, "error:no-terminal-filter", "DEAD END: chain without tcp_proxy or HTTP filter")
}

func chainText(fc *listenerv3.FilterChain) string {
	m := fc.GetFilterChainMatch()
	if m == nil {
		return ""
	}
	var s []string
	if len(m.ServerNames) > 0 {
		s = append(s, "sni="+strings.Join(m.ServerNames, ","))
	}
	if m.DestinationPort != nil {
		s = append(s, fmt.Sprint("port=", m.DestinationPort.GetValue()))
	}
	if len(m.ApplicationProtocols) > 0 {
		s = append(s, "alpn="+strings.Join(m.ApplicationProtocols, ","))
	}
	if len(s) == 0 {
		return ""
	}
	return "{" + strings.Join(s, " ") + "}"
}

func nearSNI(l *listenerv3.Listener, sni string) string {
	if sni == "" {
		return ""
	}
	var near []string
	for _, fc := range l.FilterChains {
		near = append(near, fc.GetFilterChainMatch().GetServerNames()...)
	}
	sort.Strings(near)
	if len(near) > 12 {
		near = append(near[:12], "…")
	}
	return fmt.Sprintf(" (chains here: %s)", strings.Join(near, " "))
}
