// A query, followed until every share of it has ended.

package main

import (
	"fmt"
	"strings"

	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/host"
)

// Leaf is one place where a part of the traffic ends.
type Leaf struct {
	Key    string
	Weight float64
	Hops   []string
}

// Outcome of one query.
type Outcome struct {
	Leaves   []Leaf
	Features []string
	Notes    []string
	Dist     map[string]float64
}

type tracer struct {
	ctl  map[string]*Control
	q    *Query
	out  *Outcome
	home string
}

type flow struct {
	w       float64
	hops    []string
	visited []string // clusters whose gateway this flow passed
	req     request
	dst     string // original destination at the caller's sidecar
	dport   int
}

func (f flow) hop(s string, a ...any) flow {
	f.hops = append(append([]string{}, f.hops...), fmt.Sprintf(s, a...))
	return f
}

func (f flow) scale(x float64) flow { f.w *= x; return f }

func (t *tracer) end(f flow, key, why string, a ...any) {
	if why != "" {
		f = f.hop(why, a...)
	}
	t.out.Leaves = append(t.out.Leaves, Leaf{Key: key, Weight: f.w, Hops: f.hops})
}

func (t *tracer) feature(s string, a ...any) {
	x := fmt.Sprintf(s, a...)
	for _, y := range t.out.Features {
		if x == y {
			return
		}
	}
	t.out.Features = append(t.out.Features, x)
}

func (t *tracer) note(s string, a ...any) {
	x := fmt.Sprintf(s, a...)
	for _, y := range t.out.Notes {
		if x == y {
			return
		}
	}
	t.out.Notes = append(t.out.Notes, x)
}

func runQuery(ctl map[string]*Control, q *Query) (*Outcome, error) {
	t := &tracer{ctl: ctl, q: q, out: &Outcome{Dist: map[string]float64{}}, home: q.From.Cluster}
	c := ctl[q.From.Cluster]
	if c == nil {
		return nil, fmt.Errorf("unknown cluster %q", q.From.Cluster)
	}
	p, err := c.caller(q.From)
	if err != nil {
		return nil, err
	}
	ns := p.P.ConfigNamespace
	f := flow{w: 100}
	f.req = request{method: q.Method, scheme: "http", authority: q.Host, path: q.Path, headers: q.Headers}
	if f.req.method == "" {
		f.req.method = "GET"
	}
	if f.req.path == "" {
		f.req.path = "/"
	}
	cn := conn{src: "app"}
	switch q.Protocol {
	case "", "http":
		cn.http = "http/1.1"
	case "http2", "grpc":
		cn.http = "h2c"
	case "tls":
		cn.tls, cn.sni = "tls", q.SNI
		if cn.sni == "" {
			cn.sni = q.Host
		}
	case "tcp":
	default:
		return nil, fmt.Errorf("unknown protocol %q", q.Protocol)
	}
	if q.From.Gateway != "" {
		port := q.Port
		for _, g := range c.C.Gateways {
			if g.Name == q.From.Gateway && g.Ports[port] != 0 {
				port = g.Ports[port]
			}
		}
		f = f.hop("[%s] request from outside arrives at gateway %s port %d", q.From.Cluster, q.From.Gateway, port)
		t.listen(p, f, p.P.IPAddresses[0], port, cn, "")
	} else {
		addr := q.Address
		if addr == "" {
			addr = t.resolve(p, ns)
		}
		if cn.http != "" {
			// most HTTP clients send the port when it is not the default one
			f.req.authority = q.Host
			if q.Port != 80 {
				f.req.authority = fmt.Sprintf("%s:%d", q.Host, q.Port)
			}
		}
		f = f.hop("[%s] app connects to %s (%s:%d)", q.From.Cluster, q.Host, addr, q.Port)
		f.dst, f.dport = addr, q.Port
		t.listen(p, f, addr, q.Port, cn, "virtualOutbound")
	}
	for _, l := range t.out.Leaves {
		t.out.Dist[l.Key] += l.Weight
	}
	return t.out, nil
}

// resolve answers what DNS (Kubernetes, or the sidecar's DNS proxy) would say about the query's host.
func (t *tracer) resolve(p *Proxy, ns string) string {
	names := []string{t.q.Host}
	switch strings.Count(t.q.Host, ".") {
	case 0:
		names = []string{t.q.Host + "." + ns + ".svc.cluster.local", t.q.Host}
	case 1:
		names = []string{t.q.Host + ".svc.cluster.local", t.q.Host}
	case 2:
		if strings.HasSuffix(t.q.Host, ".svc") {
			names = []string{t.q.Host + ".cluster.local", t.q.Host}
		}
	}
	for _, n := range names {
		for _, s := range p.Ctl.C.Services {
			if s.Name+"."+s.Namespace+".svc.cluster.local" != n {
				continue
			}
			if s.ClusterIP != "" {
				return s.ClusterIP
			}
			for _, pod := range p.Ctl.C.pods() {
				if s.Headless && pod.W.Namespace == s.Namespace && selects(s.Selector, pod.W.Labels) {
					t.note("headless service: the app is assumed to pick pod %s", pod.Name)
					return pod.IP
				}
			}
		}
		if svc := serviceFor(p, host.Name(n)); svc != nil {
			a := svc.GetAddressForProxy(p.P)
			if i := strings.IndexByte(a, '/'); i > 0 {
				a = a[:i]
			}
			if isIP(a) && a != "0.0.0.0" && a != "::" {
				if isKube(svc) {
					if len(svc.ClusterVIPs.GetAddressesFor(cluster.ID(p.Ctl.C.Name))) == 0 {
						t.note("host %s is not in the DNS of %s; address %s is a Service of another cluster and is only known to the app with the sidecar DNS proxy", n, p.Ctl.C.Name, a)
					}
					return a
				}
				t.note("host %s is not in Kubernetes DNS; address %s comes from a ServiceEntry and is only known to the app with the sidecar DNS proxy or other DNS", n, a)
				return a
			}
		}
	}
	t.note("host %s has no address known to istiod; the app can only resolve it with its own DNS (198.51.100.77 assumed)", t.q.Host)
	return "198.51.100.77"
}
