// The last hop: through the inbound listener of a pod.

package main

import (
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"istio.io/istio/pilot/pkg/simulation"
)

// deliver takes the connection through the inbound listener of the destination pod.
func (t *tracer) deliver(ctl *Control, f flow, pod *Pod, port int, c conn) {
	key := ctl.C.Name + "/" + pod.W.Labels["version"]
	if pod.W.Labels["version"] == "" {
		key = ctl.C.Name + "/" + pod.Name
	}
	app := t.q.App
	if app == "" {
		app, _, _ = strings.Cut(t.q.Host, ".")
	}
	if a := pod.W.Labels["app"]; a != app {
		key = ctl.C.Name + "/" + a + ":" + pod.W.Labels["version"]
	}
	if t.q.PodPort != 0 && t.q.PodPort != port {
		t.end(f, "error:wrong-pod-port", "DEAD END: pod %s reached on port %d, expected %d", pod.Name, port, t.q.PodPort)
		return
	}
	if pod.W.NoSidecar {
		if c.tls != "" {
			t.end(f, "error:mtls-to-plain-pod", "DEAD END: TLS to pod %s which has no sidecar", pod.Name)
			return
		}
		t.end(f, key, "[%s] pod %s port %d (no sidecar, plaintext)", ctl.C.Name, pod.Name, port)
		return
	}
	sp := ctl.podProxy(pod)
	if c.tls == "mtls" && !accepts(c.sans, sp.identity()) {
		t.end(f, "error:san-mismatch", "DEAD END: pod identity %s is not accepted by the caller", sp.identity())
		return
	}
	var in *listenerv3.Listener
	for _, l := range sp.Listeners {
		if l.Name == "virtualInbound" {
			in = l
		}
	}
	if in == nil {
		t.end(f, "error:no-inbound-listener", "DEAD END: pod %s has no virtualInbound listener", pod.Name)
		return
	}
	fc, err := matchChain(in, pod.IP, port, c)
	t.crossCheck(sp, simulation.CallModeInbound, in, fc, err, pod.IP, port, c, f.req)
	if err != nil {
		t.end(f, "error:no-inbound-chain", "DEAD END: pod %s: %v", pod.Name, err)
		return
	}
	if fc.Name == "virtualInbound-blackhole" {
		t.end(f, "error:inbound-blackhole", "DEAD END: pod %s: %s", pod.Name, fc.Name)
		return
	}
	if fc.TransportSocket == nil && c.tls == "mtls" {
		// the TLS is not terminated by the proxy; only right if the application itself speaks TLS
		t.end(f, "error:inbound-mtls-not-terminated", "DEAD END: pod %s chain %q does not terminate the mTLS of the caller", pod.Name, fc.Name)
		return
	}
	if fc.TransportSocket != nil && c.tls != "mtls" {
		t.end(f, "error:inbound-mtls-required", "DEAD END: pod %s chain %q requires mTLS", pod.Name, fc.Name)
		return
	}
	if fc.TransportSocket != nil {
		d := &tlsv3.DownstreamTlsContext{}
		_ = fc.TransportSocket.GetTypedConfig().UnmarshalTo(d)
		if key, why := sp.handshake(c, d); key != "" {
			t.end(f, key, "DEAD END: pod %s: %s", pod.Name, why)
			return
		}
	}
	for _, nf := range fc.Filters {
		if strings.Contains(nf.Name, "rbac") {
			t.note("RBAC network filter on pod %s is not evaluated", pod.Name)
		}
		if nf.Name == "envoy.filters.network.http_connection_manager" {
			m := &hcmv3.HttpConnectionManager{}
			_ = nf.GetTypedConfig().UnmarshalTo(m)
			if c.http == "" {
				t.end(f, "error:tcp-to-http", "DEAD END: pod %s expects HTTP", pod.Name)
				return
			}
			for _, hf := range m.HttpFilters {
				if strings.Contains(hf.Name, "rbac") {
					t.note("RBAC HTTP filter on pod %s is not evaluated", pod.Name)
				}
			}
		}
	}
	tls := "plaintext"
	if c.tls != "" {
		tls = "mTLS"
	}
	t.end(f, key, "[%s] pod %s port %d %s, inbound chain %q", ctl.C.Name, pod.Name, port, tls, fc.Name)
}
