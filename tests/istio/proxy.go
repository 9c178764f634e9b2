// The proxies of callers, gateways and pods, each with the configuration that its istiod computes.

package main

import (
	"fmt"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/util"
	"istio.io/istio/pilot/pkg/serviceregistry/provider"
	labelutil "istio.io/istio/pilot/pkg/serviceregistry/util/label"
	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/network"
)

// Proxy is one Envoy with the configuration istiod computes for it.
type Proxy struct {
	Ctl       *Control
	Name      string
	P         *model.Proxy
	Listeners []*listenerv3.Listener
	Routes    map[string]*routev3.RouteConfiguration
	RouteList []*routev3.RouteConfiguration
	Clusters  map[string]*clusterv3.Cluster
	ClusterL  []*clusterv3.Cluster
	Endpoints map[string]*endpointv3.ClusterLoadAssignment
	sim       *simulation.Simulation
}

func (c *Control) proxy(key string, build func() *model.Proxy) *Proxy {
	if p, ok := c.proxies[key]; ok {
		return p
	}
	mp := build()
	// as istiod does when a proxy connects
	if mp.Locality == nil {
		mp.Locality = &corev3.Locality{}
	}
	mp.Labels = labelutil.AugmentLabels(mp.Labels, mp.Metadata.ClusterID, util.LocalityToString(mp.Locality), mp.Metadata.NodeName, mp.Metadata.Network)
	mp = c.S.SetupProxy(mp)
	name, _, _ := strings.Cut(key, "#")
	p := &Proxy{Ctl: c, Name: name, P: mp}
	p.Listeners = c.S.Listeners(mp)
	p.ClusterL = c.S.Clusters(mp)
	p.RouteList = c.S.RoutesFromListeners(mp, p.Listeners)
	p.Routes = map[string]*routev3.RouteConfiguration{}
	for _, r := range p.RouteList {
		p.Routes[r.Name] = r
	}
	p.Clusters = map[string]*clusterv3.Cluster{}
	for _, cl := range p.ClusterL {
		p.Clusters[cl.Name] = cl
	}
	p.Endpoints = map[string]*endpointv3.ClusterLoadAssignment{}
	for _, e := range c.S.Endpoints(mp) {
		p.Endpoints[e.ClusterName] = e
	}
	c.proxies[key] = p
	return p
}

func locality(s string) *corev3.Locality {
	if s == "" {
		return nil
	}
	p := append(strings.Split(s, "/"), "", "")
	return &corev3.Locality{Region: p[0], Zone: p[1], SubZone: p[2]}
}

func (c *Control) podProxy(p *Pod) *Proxy {
	key := "sidecar " + p.W.Namespace + "/" + p.Name
	if p.Gateway != nil {
		key = "gateway " + p.W.Namespace + "/" + p.Name
	}
	return c.proxy(key, func() *model.Proxy {
		mp := &model.Proxy{
			Type:            model.SidecarProxy,
			ID:              p.Name + "." + p.W.Namespace,
			ConfigNamespace: p.W.Namespace,
			IPAddresses:     []string{p.IP},
			Labels:          p.labels(),
			Locality:        locality(p.W.Locality),
			Metadata: &model.NodeMetadata{
				Namespace:      p.W.Namespace,
				Labels:         p.labels(),
				Network:        network.ID(p.W.Network),
				ClusterID:      cluster.ID(c.C.Name),
				ServiceAccount: p.W.ServiceAccount,
				WorkloadName:   p.Name,
				NodeName:       p.NodeName,
				IstioVersion:   p.W.IstioVersion,
			},
		}
		if mp.Metadata.IstioVersion == "" {
			mp.Metadata.IstioVersion = proxyVersion
		}
		if p.Gateway != nil {
			mp.Type = model.Router
			mp.Metadata.RequestedNetworkView = p.Gateway.RequestedNetworkView
			if p.Gateway.IstioVersion != "" {
				mp.Metadata.IstioVersion = p.Gateway.IstioVersion
			}
		}
		return mp
	})
}

// caller builds the proxy of the query's source.
func (c *Control) caller(f From) (*Proxy, error) {
	if f.Gateway != "" {
		for _, g := range c.C.Gateways {
			if g.Name == f.Gateway {
				return c.podProxy(g.pod(c.C)), nil
			}
		}
		return nil, fmt.Errorf("cluster %s has no gateway %s", f.Cluster, f.Gateway)
	}
	if f.Workload != "" {
		for _, p := range c.C.pods() {
			if (p.Name == f.Workload || p.W.Name == f.Workload) && (f.Namespace == "" || f.Namespace == p.W.Namespace) {
				return c.podProxy(p), nil
			}
		}
		return nil, fmt.Errorf("cluster %s has no workload %s", f.Cluster, strings.TrimPrefix(f.Namespace+"/"+f.Workload, "/"))
	}
	ns := f.Namespace
	if ns == "" {
		ns = "default"
	}
	net := f.Network
	if net == "" {
		net = c.C.Network
	}
	key := fmt.Sprintf("sidecar of caller %s%s#%s %s %v", ns, strings.TrimPrefix(fmt.Sprint(f.Labels), "map"), net, f.Locality, f.DNSCapture)
	return c.proxy(key, func() *model.Proxy {
		labels := map[string]string{"security.istio.io/tlsMode": "istio"}
		if net != "" {
			labels["topology.istio.io/network"] = net
		}
		for k, v := range f.Labels {
			labels[k] = v
		}
		mp := &model.Proxy{
			Type:            model.SidecarProxy,
			ID:              "caller." + ns,
			ConfigNamespace: ns,
			IPAddresses:     []string{c.C.address(200, len(c.proxies)+1)},
			Labels:          labels,
			Locality:        locality(f.Locality),
			Metadata: &model.NodeMetadata{
				Namespace: ns, Labels: labels, Network: network.ID(net), ClusterID: cluster.ID(c.C.Name),
				ServiceAccount: "caller", IstioVersion: proxyVersion, DNSCapture: model.StringBool(f.DNSCapture),
			},
		}
		return mp
	}), nil
}

func serviceFor(p *Proxy, h host.Name) *model.Service {
	for _, s := range p.P.SidecarScope.Services() {
		if s.Hostname == h {
			return s
		}
	}
	return nil
}

func isKube(s *model.Service) bool {
	return s.Attributes.ServiceRegistry == provider.Kubernetes
}
