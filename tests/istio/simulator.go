// The second opinion: Istio's own simulator of traffic is asked about every listener decision.

package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"istio.io/istio/pilot/pkg/simulation"
)

// crossCheck asks Istio's own traffic simulator the same question as matchListener, matchChain and matchVirtualHost
// and notes any disagreement. The simulator knows neither weights nor header matches, so those are not compared.
func (t *tracer) crossCheck(p *Proxy, mode simulation.CallMode, l *listenerv3.Listener, fc *listenerv3.FilterChain, mine error, addr string, port int, c conn, req request) {
	defer func() {
		if r := recover(); r != nil {
			t.note("simulator could not be asked: %v", r)
		}
	}()
	if p.sim == nil {
		p.sim = simulation.NewSimulation(&testing.T{}, p.Ctl.S, p.P)
	}
	call := simulation.Call{
		Address: addr, Port: port, Path: req.path, HostHeader: req.authority, Sni: c.sni, CallMode: mode,
		Protocol: simulation.TCP, TLS: simulation.Plaintext,
	}
	switch c.http {
	case "http/1.1":
		call.Protocol = simulation.HTTP
	case "h2c":
		call.Protocol = simulation.HTTP2
	}
	switch c.tls {
	case "tls":
		call.TLS = simulation.TLS
	case "mtls":
		call.TLS = simulation.MTLS
	}
	if len(c.alpn) > 0 && c.tls != "" {
		call.Alpn = c.alpn[0]
	}
	r := p.sim.Run(call)
	simulated.total.Add(1)
	diff := func(what, a, b string) {
		simulated.diff.Add(1)
		t.note("SIMULATOR DISAGREES at %s %s: %s is %q here and %q there (error %v)", p.Ctl.C.Name, p.Name, what, a, b, r.Error)
	}
	if l != nil && r.ListenerMatched != l.Name {
		diff("listener", l.Name, r.ListenerMatched)
		return
	}
	if mine != nil {
		if r.Error == nil {
			diff("error", mine.Error(), "none")
		}
		return
	}
	if r.FilterChainMatched != fc.Name {
		diff("filter chain", fc.Name, r.FilterChainMatched)
		return
	}
	for _, nf := range fc.Filters {
		switch nf.Name {
		case "envoy.filters.network.tcp_proxy":
			x := &tcpv3.TcpProxy{}
			_ = nf.GetTypedConfig().UnmarshalTo(x)
			if r.Error == nil && x.GetCluster() != r.ClusterMatched {
				diff("tcp cluster", x.GetCluster(), r.ClusterMatched)
			}
		case "envoy.filters.network.http_connection_manager":
			x := &hcmv3.HttpConnectionManager{}
			_ = nf.GetTypedConfig().UnmarshalTo(x)
			rc := x.GetRouteConfig()
			if rc == nil {
				rc = p.Routes[x.GetRds().GetRouteConfigName()]
			}
			if rc == nil || r.Error != nil {
				continue
			}
			if vh := matchVirtualHost(rc, req.authority); vh != nil && vh.Name != r.VirtualHostMatched && !strings.HasPrefix(vh.Name, "inbound|") {
				diff("virtual host", vh.Name, r.VirtualHostMatched)
			}
		}
	}
}

var simulated struct{ total, diff atomic.Int64 }

func simulatorText() string {
	return fmt.Sprintf("simulator asked %d times, %d disagreements", simulated.total.Load(), simulated.diff.Load())
}
