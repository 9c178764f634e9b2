// What Envoy is told: what istiod says, with other addresses, and without what only Istio's build of Envoy has.

package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Config is what one Envoy is told.
type Config struct {
	Clusters, Endpoints, Listeners, Routes, Secrets []types.Resource
}

// Dialled is an address and a port of the world that a caller's requests are sent to.
type Dialled struct {
	To   string
	Port int
}

// configure turns what istiod says of a proxy into what stock Envoy takes on the loopback.
func configure(f *Fleet, p *Proxy, a *Addresses, apps *Apps, ids *Identities, count Replaced) (*Config, error) {
	c := &Config{}
	reach := f.mapping(a, p)
	for _, b := range p.Listeners {
		l := &listenerv3.Listener{}
		if err := proto.Unmarshal(b, l); err != nil {
			return nil, err
		}
		binds := f.binds(p, l, a)
		if len(binds) == 0 {
			continue
		}
		bind(l, binds)
		if p.Kind == "caller" {
			f.narrow(p, l, a)
		}
		if err := replace(l, count); err != nil {
			return nil, err
		}
		c.Listeners = append(c.Listeners, l)
	}
	for _, b := range p.Clusters {
		cl := &clusterv3.Cluster{}
		if err := proto.Unmarshal(b, cl); err != nil {
			return nil, err
		}
		if len(cl.Filters) > 0 {
			count["istio.metadata_exchange of clusters"]++
			cl.Filters = nil
		}
		switch inbound := strings.HasPrefix(cl.Name, "inbound|"); {
		case inbound && p.Kind != "pod", !inbound && p.Kind == "pod" && cl.Name != "BlackHoleCluster" && cl.Name != "InboundPassthroughCluster":
			continue // what nobody calls here
		case inbound:
			var port int
			if _, err := fmt.Sscanf(cl.Name, "inbound|%d|", &port); err != nil {
				return nil, fmt.Errorf("%s: %w", cl.Name, err)
			}
			socket, err := apps.listen(p, port)
			if err != nil {
				return nil, err
			}
			toApp(cl, socket)
			count["applications behind inbound clusters"]++
		}
		if p.Kind == "caller" && *fresh {
			if err := oneRequest(cl); err != nil {
				return nil, err
			}
			count["connections kept alive, closed after one request instead"]++
		}
		move(cl.LoadAssignment, reach)
		c.Clusters = append(c.Clusters, cl)
	}
	named := map[string]bool{}
	for _, b := range p.Endpoints {
		e := &endpointv3.ClusterLoadAssignment{}
		if err := proto.Unmarshal(b, e); err != nil {
			return nil, err
		}
		move(e, reach)
		named[e.ClusterName] = true
		c.Endpoints = append(c.Endpoints, e)
	}
	for _, r := range c.Clusters {
		cl := r.(*clusterv3.Cluster)
		if name := cl.GetEdsClusterConfig().GetServiceName(); name != "" && !named[name] {
			named[name] = true
			c.Endpoints = append(c.Endpoints, &endpointv3.ClusterLoadAssignment{ClusterName: name})
		}
	}
	for _, b := range p.Routes {
		r := &routev3.RouteConfiguration{}
		if err := proto.Unmarshal(b, r); err != nil {
			return nil, err
		}
		c.Routes = append(c.Routes, r)
	}
	secrets, err := ids.secrets(p, c.Listeners)
	c.Secrets = secrets
	return c, err
}

// binds are the loopback's addresses of a listener; none if nobody dials it.
func (f *Fleet) binds(p *Proxy, l *listenerv3.Listener, a *Addresses) []*corev3.SocketAddress {
	var out []*corev3.SocketAddress
	add := func(address string, port int) {
		out = append(out, socket(address, port))
	}
	own := int(l.GetAddress().GetSocketAddress().GetPortValue())
	switch p.Kind {
	case "caller":
		for _, d := range f.dialled(p) {
			if f.listens(p, d) == l.Name {
				add(a.at(p.ID, d.To), d.Port)
			}
		}
	case "gateway":
		if l.GetAddress().GetSocketAddress().GetAddress() != "0.0.0.0" {
			return nil
		}
		add(a.at("", p.Addresses[0]), own)
		for _, address := range p.Addresses[1:] {
			for service, pod := range p.Ports {
				if pod == own && f.holder(address) == p {
					add(a.at("", address), service)
				}
			}
		}
	case "pod":
		if l.Name != "virtualInbound" {
			return nil
		}
		ports := map[int]bool{15006: true}
		for _, fc := range l.FilterChains {
			if port := int(fc.GetFilterChainMatch().GetDestinationPort().GetValue()); port != 0 && !ports[port] {
				ports[port] = true
				add(a.at("", p.Addresses[0]), port)
			}
		}
	}
	slices.SortFunc(out, func(x, y *corev3.SocketAddress) int {
		return strings.Compare(x.String(), y.String())
	})
	return out
}

// holder is the gateway that has an address: the first of those that a world gives it to.
func (f *Fleet) holder(address string) *Proxy {
	for _, p := range f.Proxies {
		if p.Kind == "gateway" && slices.Contains(p.Addresses, address) {
			return p
		}
	}
	return nil
}

// dialled are the addresses that the queries of a caller are sent to.
func (f *Fleet) dialled(p *Proxy) []Dialled {
	var out []Dialled
	for _, q := range f.Queries {
		if d := (Dialled{q.To, q.Port}); q.Proxy == p.ID && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// listens names the listener that takes what is sent there: the exact one, then the one for all addresses. What the last one of
// all would take, which asks the kernel where a connection was going, nobody takes here.
func (f *Fleet) listens(p *Proxy, d Dialled) string {
	for _, address := range []string{d.To, "0.0.0.0", "::"} {
		for _, b := range p.Listeners {
			l := &listenerv3.Listener{}
			if proto.Unmarshal(b, l) != nil || strings.HasPrefix(l.Name, "virtual") {
				continue
			}
			for _, x := range addressesOf(l) {
				if x.GetAddress() == address && int(x.GetPortValue()) == d.Port {
					return l.Name
				}
			}
		}
	}
	return ""
}

func addressesOf(l *listenerv3.Listener) []*corev3.SocketAddress {
	out := []*corev3.SocketAddress{l.GetAddress().GetSocketAddress()}
	for _, x := range l.AdditionalAddresses {
		out = append(out, x.GetAddress().GetSocketAddress())
	}
	return out
}

func bind(l *listenerv3.Listener, to []*corev3.SocketAddress) {
	l.BindToPort, l.UseOriginalDst = nil, nil
	l.EnableReusePort = wrapperspb.Bool(false) // two that share an address would go unnoticed
	l.Address = &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: to[0]}}
	l.AdditionalAddresses = nil
	for _, x := range to[1:] {
		l.AdditionalAddresses = append(l.AdditionalAddresses, &listenerv3.AdditionalAddress{
			Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: x}},
		})
	}
	l.ListenerFilters = slices.DeleteFunc(l.ListenerFilters, func(f *listenerv3.ListenerFilter) bool {
		return f.Name == "envoy.filters.listener.original_dst"
	})
}

// narrow has chains for networks match what is dialled in them, by the loopback's addresses.
func (f *Fleet) narrow(p *Proxy, l *listenerv3.Listener, a *Addresses) {
	for _, fc := range l.FilterChains {
		var ranges []*corev3.CidrRange
		for _, r := range fc.GetFilterChainMatch().GetPrefixRanges() {
			network, err := netip.ParsePrefix(fmt.Sprintf("%s/%d", r.AddressPrefix, r.PrefixLen.GetValue()))
			for _, d := range f.dialled(p) {
				if to, wrong := netip.ParseAddr(d.To); err == nil && wrong == nil && network.Contains(to) {
					ranges = append(ranges, &corev3.CidrRange{AddressPrefix: a.at(p.ID, d.To), PrefixLen: wrapperspb.UInt32(32)})
				}
			}
			if len(ranges) == 0 {
				ranges = append(ranges, &corev3.CidrRange{AddressPrefix: nowhere, PrefixLen: wrapperspb.UInt32(32)})
			}
		}
		if len(ranges) > 0 {
			fc.FilterChainMatch.PrefixRanges = ranges
		}
	}
}

// oneRequest closes each connection after one request: what shares connections then shares requests.
func oneRequest(cl *clusterv3.Cluster) error {
	const name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
	o := &httpv3.HttpProtocolOptions{}
	if packed := cl.TypedExtensionProtocolOptions[name]; packed != nil {
		if err := packed.UnmarshalTo(o); err != nil {
			return err
		}
	}
	if o.UpstreamProtocolOptions == nil {
		o.UpstreamProtocolOptions = &httpv3.HttpProtocolOptions_ExplicitHttpConfig_{ExplicitHttpConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig{
			ProtocolConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig_HttpProtocolOptions{HttpProtocolOptions: &corev3.Http1ProtocolOptions{}},
		}}
	}
	if o.CommonHttpProtocolOptions == nil {
		o.CommonHttpProtocolOptions = &corev3.HttpProtocolOptions{}
	}
	o.CommonHttpProtocolOptions.MaxRequestsPerConnection = wrapperspb.UInt32(1)
	packed, err := anypb.New(o)
	if err != nil {
		return err
	}
	if cl.TypedExtensionProtocolOptions == nil {
		cl.TypedExtensionProtocolOptions = map[string]*anypb.Any{}
	}
	cl.TypedExtensionProtocolOptions[name] = packed
	return nil
}

func socket(address string, port int) *corev3.SocketAddress {
	return &corev3.SocketAddress{Address: address, PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: uint32(port)}}
}

// move sends endpoints to the loopback's addresses.
func move(e *endpointv3.ClusterLoadAssignment, reach func(string) string) {
	for _, locality := range e.GetEndpoints() {
		for _, lb := range locality.LbEndpoints {
			if s := lb.GetEndpoint().GetAddress().GetSocketAddress(); s != nil {
				s.Address = reach(s.Address)
			}
		}
	}
}

// toApp has a cluster lead to the application of its pod.
func toApp(cl *clusterv3.Cluster, pipe string) {
	cl.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC}
	cl.LbPolicy = clusterv3.Cluster_ROUND_ROBIN
	cl.LbConfig, cl.CleanupInterval, cl.UpstreamBindConfig = nil, nil, nil
	address := &corev3.Address{Address: &corev3.Address_Pipe{Pipe: &corev3.Pipe{Path: pipe}}}
	endpoint := &endpointv3.LbEndpoint_Endpoint{Endpoint: &endpointv3.Endpoint{Address: address}}
	cl.LoadAssignment = &endpointv3.ClusterLoadAssignment{
		ClusterName: cl.Name,
		Endpoints:   []*endpointv3.LocalityLbEndpoints{{LbEndpoints: []*endpointv3.LbEndpoint{{HostIdentifier: endpoint}}}},
	}
}
