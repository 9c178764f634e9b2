// What outlier detection leaves out in the long run: gateways that live while all pods behind them are down.

package main

import (
	"fmt"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

// Envoy's own, in percent.
const usualEjection = 10

// lasting are the endpoints that get requests after outlier detection has seen those that fail. Only what a query names as down
// makes one fail here; a fault of the configuration is not to be hidden.
func (t *tracer) lasting(p *Proxy, f flow, cl *clusterv3.Cluster, cla *endpointv3.ClusterLoadAssignment, c conn, m *hcmv3.HttpConnectionManager) []pick {
	first := t.balance(p, cl, cla, nil)
	if cl.OutlierDetection == nil || len(t.q.Down) == 0 || len(f.visited) > 0 {
		return first
	}
	all := 0
	for _, l := range cla.GetEndpoints() {
		all += len(l.LbEndpoints)
	}
	percent := usualEjection
	if x := cl.OutlierDetection.MaxEjectionPercent; x != nil {
		percent = int(x.GetValue())
	}
	ejected := map[string]bool{}
	picks := first
	for {
		before := len(ejected)
		for _, pk := range picks {
			if 100*(len(ejected)+1) <= percent*all && t.fails(p, f, cl, pk, c, m) {
				ejected[fmt.Sprintf("%s:%d", pk.host, pk.port)] = true
			}
		}
		if len(ejected) == before {
			return picks
		}
		if picks = t.balance(p, cl, cla, ejected); len(picks) == 0 {
			return first // nobody answers anywhere
		}
	}
}

// fails tells whether all requests to a gateway end there, for nobody behind it answers.
func (t *tracer) fails(p *Proxy, f flow, cl *clusterv3.Cluster, pk pick, c conn, m *hcmv3.HttpConnectionManager) bool {
	if _, g, _ := t.gatewayAt(pk.host, pk.port); g == nil {
		return false
	}
	sub := &tracer{ctl: t.ctl, q: t.q, home: t.home, out: &Outcome{Dist: map[string]float64{}}}
	sub.connect(p, f, cl, pk, c, m)
	for _, l := range sub.out.Leaves {
		if l.Key != "error:no-endpoints" {
			return false
		}
	}
	return len(sub.out.Leaves) > 0
}
