// All proxies that the requests of a scene may meet, each with the configuration that its istiod computes, for a program that runs them.

package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"google.golang.org/protobuf/proto"
)

// Fleet is what is printed of a scene, on one line.
type Fleet struct {
	Scene   string `json:"scene"`
	Proxies []Run  `json:"proxies"`
	Queries []Dial `json:"queries"`
	Flat    bool   `json:"flat"`
	// Rejected documents would be refused by an API server.
	Rejected []string `json:"rejected,omitempty"`
}

// Run is one proxy, with its resources as Envoy takes them over the wire.
type Run struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"` // caller, gateway, pod
	Cluster  string `json:"cluster"`
	Network  string `json:"network,omitempty"`
	Name     string `json:"name"`
	Identity string `json:"identity"`
	Locality string `json:"locality,omitempty"`
	// Addresses at which others reach it: a pod's own first, then those that a gateway's Service has.
	Addresses []string `json:"addresses,omitempty"`
	// Ports of a gateway's Service, and of its pod.
	Ports map[int]int `json:"ports,omitempty"`
	// App and Version are labels of a pod.
	App       string   `json:"app,omitempty"`
	Version   string   `json:"version,omitempty"`
	NoSidecar bool     `json:"noSidecar,omitempty"`
	Listeners [][]byte `json:"listeners"`
	Clusters  [][]byte `json:"clusters"`
	Routes    [][]byte `json:"routes"`
	Endpoints [][]byte `json:"endpoints"`
}

// Dial is a query, and where its caller sends it.
type Dial struct {
	*Query
	Proxy string `json:"proxy"`
	To    string `json:"to"`
}

// runProxies prints one line a scene.
func runProxies(dirs []string) int {
	for _, dir := range dirs {
		fleet, err := readFleet(dir)
		if err != nil {
			fmt.Printf("%s: %v\n", dir, err)
			return 2
		}
		printJSON(os.Stdout, fleet)
	}
	return 0
}

func readFleet(dir string) (*Fleet, error) {
	f := &failer{}
	defer f.done()
	scene, controls, err := startScene(f, dir)
	if err != nil {
		return nil, err
	}
	fleet := &Fleet{Scene: dir, Flat: scene.World.flat()}
	for _, cl := range scene.World.Clusters {
		c := controls[cl.Name]
		fleet.Rejected = append(append(fleet.Rejected, c.Rejected...), c.refusals()...)
		for _, g := range cl.Gateways {
			pod := g.pod(cl)
			r := run(c.podProxy(pod), "gateway", cl.Name+"-gateway-"+g.Name)
			r.Addresses, r.Ports = append([]string{pod.IP}, g.Addresses...), g.Ports
			fleet.Proxies = append(fleet.Proxies, r)
		}
		for _, pod := range cl.pods() {
			r := run(c.podProxy(pod), "pod", cl.Name+"-pod-"+pod.W.Namespace+"-"+pod.Name)
			r.Name, r.App, r.Version = pod.Name, pod.W.Labels["app"], pod.W.Labels["version"]
			r.Addresses, r.NoSidecar = []string{pod.IP}, pod.W.NoSidecar
			fleet.Proxies = append(fleet.Proxies, r)
		}
	}
	callers := map[*Proxy]string{}
	for _, q := range scene.Queries.Queries {
		c := controls[q.From.Cluster]
		if c == nil {
			return nil, fmt.Errorf("unknown cluster %q", q.From.Cluster)
		}
		p, err := c.caller(q.From)
		if err != nil {
			return nil, err
		}
		q.Expect = q.expected()
		d := Dial{Query: q}
		switch {
		case q.From.Gateway != "":
			d.Proxy, d.To = c.C.Name+"-gateway-"+q.From.Gateway, p.P.IPAddresses[0]
		default:
			if callers[p] == "" {
				callers[p] = fmt.Sprintf("%s-caller-%d", c.C.Name, len(callers))
				r := run(p, "caller", callers[p])
				fleet.Proxies = append(fleet.Proxies, r)
			}
			d.Proxy, d.To = callers[p], q.Address
			if d.To == "" {
				t := &tracer{ctl: controls, q: q, out: &Outcome{}, home: q.From.Cluster}
				d.To = t.resolve(p, p.P.ConfigNamespace)
			}
		}
		fleet.Queries = append(fleet.Queries, d)
	}
	return fleet, nil
}

func run(p *Proxy, kind, id string) Run {
	m := p.P.Metadata
	r := Run{
		ID: id, Kind: kind, Cluster: p.Ctl.C.Name, Network: string(m.Network), Name: p.Name, Identity: p.identity(),
		Listeners: wires(p.Listeners), Clusters: wires(p.ClusterL), Routes: wires(p.RouteList),
	}
	if l := p.P.Locality; l.GetRegion() != "" {
		r.Locality = l.GetRegion() + "/" + l.GetZone() + "/" + l.GetSubZone()
	}
	for _, name := range slices.Sorted(maps.Keys(p.Endpoints)) {
		r.Endpoints = append(r.Endpoints, wire(p.Endpoints[name]))
	}
	return r
}

func wires[M proto.Message](list []M) [][]byte {
	var out [][]byte
	for _, m := range list {
		out = append(out, wire(m))
	}
	return out
}

func wire(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}
