// How Envoy shares the requests to a cluster among its endpoints.

package main

import (
	"fmt"
	"math"
	"sort"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

// forward sends the flow to an upstream cluster of proxy p. c is the downstream connection as the last filter sees it.
func (t *tracer) forward(p *Proxy, f flow, name, addr string, port int, c conn, m *hcmv3.HttpConnectionManager) {
	cl := p.Clusters[name]
	if cl == nil {
		t.end(f, "error:no-cluster", "DEAD END: [%s] %s has no cluster %s", p.Ctl.C.Name, p.Name, name)
		return
	}
	typ := cl.GetType().String()
	f = f.hop("[%s] %s: cluster %s (%s)", p.Ctl.C.Name, p.Name, name, typ)
	if name == "BlackHoleCluster" {
		t.end(f, "error:blackhole", "DEAD END: BlackHoleCluster")
		return
	}
	if name == "PassthroughCluster" || cl.GetType() == clusterv3.Cluster_ORIGINAL_DST {
		if addr == "" {
			addr, port = f.dst, f.dport
		}
		if _, pod := t.podAt(p, addr); pod != nil {
			t.connect(p, f, cl, pick{ep: &endpointv3.LbEndpoint{}, host: addr, port: port, share: 1}, c, m)
			return
		}
		t.end(f, "passthrough", "goes to the original destination %s:%d %s", addr, port, c)
		return
	}
	var cla *endpointv3.ClusterLoadAssignment
	if cl.GetType() == clusterv3.Cluster_EDS {
		key := cl.GetEdsClusterConfig().GetServiceName()
		if key == "" {
			key = name
		}
		cla = p.Endpoints[key]
		for _, l := range cla.GetEndpoints() {
			for _, e := range l.LbEndpoints {
				if a := e.GetEndpoint().GetAddress().GetSocketAddress().GetAddress(); a != "" && !isIP(a) {
					t.end(f, "error:eds-rejected", "DEAD END: EDS carries the name %s; Envoy accepts only IP addresses there", a)
					return
				}
			}
		}
	} else {
		cla = cl.LoadAssignment
	}
	picks := t.lasting(p, f, cl, cla, c, m)
	if len(picks) == 0 {
		t.end(f, "error:no-endpoints", "DEAD END: cluster %s has no endpoints", name)
		return
	}
	for _, pk := range picks {
		t.connect(p, f.scale(pk.share), cl, pk, c, m)
	}
}

type pick struct {
	ep    *endpointv3.LbEndpoint
	host  string
	port  int
	share float64
	loc   string
	prio  uint32
}

func (t *tracer) down(p *Proxy, host string, port int) bool {
	if len(t.q.Down) == 0 {
		return false
	}
	var names []string
	if pc, pod := t.podAt(p, host); pod != nil {
		names = append(names, pc.C.Name+"/"+pod.Name, pc.C.Name+"/"+pod.W.Labels["version"], pc.C.Name+"/*")
	}
	if rc, g, _ := t.gatewayAt(host, port); g != nil {
		names = append(names, rc.C.Name+"/gateway")
	}
	for _, d := range t.q.Down {
		for _, n := range names {
			if d == n {
				return true
			}
		}
	}
	return false
}

// balance gives the share of every endpoint in the long run (healthy: ready and not in query.down).
func (t *tracer) balance(p *Proxy, cl *clusterv3.Cluster, cla *endpointv3.ClusterLoadAssignment, ejected map[string]bool) []pick {
	type loc struct {
		weight float64
		picks  []pick
		eps    float64
		total  int
	}
	prios := map[uint32][]*loc{}
	var keys []int
	seen := map[string]bool{}
	for _, l := range cla.GetEndpoints() {
		x := &loc{weight: float64(l.GetLoadBalancingWeight().GetValue())}
		name := strings.Trim(strings.Join([]string{l.GetLocality().GetRegion(), l.GetLocality().GetZone(), l.GetLocality().GetSubZone()}, "/"), "/")
		for _, e := range l.LbEndpoints {
			sa := e.GetEndpoint().GetAddress().GetSocketAddress()
			w := float64(e.GetLoadBalancingWeight().GetValue())
			if w == 0 {
				w = 1
			}
			hostS := sa.GetAddress()
			if hostS == "" {
				hostS = e.GetEndpoint().GetAddress().String()
			}
			// "When the configuration contains duplicate hosts, only the first one will be retained" (Envoy EDS)
			if k := fmt.Sprintf("%s:%d", hostS, sa.GetPortValue()); seen[k] {
				t.note("[%s] cluster %s names %s more than once; Envoy keeps only the first", p.Ctl.C.Name, cl.Name, k)
				continue
			} else {
				seen[k] = true
			}
			x.total++
			if hs := e.GetHealthStatus(); hs == corev3.HealthStatus_UNHEALTHY || hs == corev3.HealthStatus_DRAINING {
				continue
			}
			if t.down(p, hostS, int(sa.GetPortValue())) || ejected[fmt.Sprintf("%s:%d", hostS, sa.GetPortValue())] {
				continue
			}
			x.eps += w
			x.picks = append(x.picks, pick{ep: e, host: hostS, port: int(sa.GetPortValue()), share: w, loc: name, prio: l.Priority})
		}
		if x.total == 0 {
			continue
		}
		if _, ok := prios[l.Priority]; !ok {
			keys = append(keys, int(l.Priority))
		}
		prios[l.Priority] = append(prios[l.Priority], x)
	}
	sort.Ints(keys)
	byLocality := cl.GetCommonLbConfig().GetLocalityWeightedLbConfig() != nil
	left := 1.0
	var out []pick
	for _, k := range keys {
		healthy, total := 0, 0
		sum := 0.0
		for _, l := range prios[uint32(k)] {
			healthy += len(l.picks)
			total += l.total
			if byLocality {
				l.weight *= math.Min(1, 1.4*float64(len(l.picks))/float64(l.total))
				sum += l.weight
			} else {
				sum += l.eps
			}
		}
		if healthy == 0 {
			continue
		}
		load := math.Min(left, math.Min(1, 1.4*float64(healthy)/float64(total)))
		left -= load
		for _, l := range prios[uint32(k)] {
			for _, pk := range l.picks {
				switch {
				case byLocality && sum > 0:
					pk.share = load * (l.weight / sum) * (pk.share / l.eps)
				case sum > 0:
					pk.share = load * pk.share / sum
				}
				if pk.share > 0 {
					out = append(out, pk)
				}
			}
		}
		if left <= 1e-9 {
			break
		}
	}
	if left > 1e-9 && left < 1 { // not enough healthy endpoints anywhere: Envoy renormalises
		for i := range out {
			out[i].share /= 1 - left
		}
	}
	return out
}
