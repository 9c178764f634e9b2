// The configuration of proxies as files that Envoy itself can judge, with Istio's own filters taken out: only Istio's build has them.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// Extensions of Envoy's own have configurations of this kind.
const ofEnvoy = "type.googleapis.com/envoy.extensions."

const managers = "envoy.filters.network.http_connection_manager"

// Servers that configurations name and that no proxy here will ask.
var servers = []string{"xds-grpc", "sds-grpc"}

// As in the bootstrap of Istio's proxies.
var runtimeFlags = map[string]int{"re2.max_program_size.error_level": 32768}

// runBootstrap prints a line for each proxy that meets a query of the scenes: the callers, and all gateways.
func runBootstrap(dirs []string) int {
	for _, dir := range dirs {
		if err := bootstrapScene(dir); err != nil {
			fmt.Printf("%s: %v\n", dir, err)
			return 2
		}
	}
	return 0
}

func bootstrapScene(dir string) error {
	f := &failer{}
	defer f.done()
	scene, controls, err := startScene(f, dir)
	if err != nil {
		return err
	}
	callers := []From{}
	for _, q := range scene.Queries.Queries {
		callers = append(callers, q.From)
	}
	for _, cl := range scene.World.Clusters {
		for _, g := range cl.Gateways {
			callers = append(callers, From{Cluster: cl.Name, Gateway: g.Name})
		}
	}
	seen := map[*Proxy]bool{}
	for _, from := range callers {
		p, err := controls[from.Cluster].caller(from)
		if err != nil {
			return err
		}
		if seen[p] {
			continue
		}
		seen[p] = true
		b, err := bootstrap(p)
		if err != nil {
			return err
		}
		printJSON(os.Stdout, map[string]any{"scene": dir, "proxy": from.Cluster + ": " + p.Name, "bootstrap": b})
	}
	return nil
}

func bootstrap(p *Proxy) (map[string]any, error) {
	listeners, clusters := []json.RawMessage{}, []json.RawMessage{}
	for _, l := range p.Listeners {
		l, err := plainListener(p, l)
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, protoJSON(l))
	}
	for _, c := range p.ClusterL {
		c := proto.Clone(c).(*clusterv3.Cluster)
		c.Filters = nil
		clusters = append(clusters, protoJSON(c))
	}
	for _, s := range servers {
		clusters = append(clusters, json.RawMessage(fmt.Sprintf(`{"name":%q,"type":"STATIC","http2_protocol_options":{}}`, s)))
	}
	ads := map[string]any{"api_type": "GRPC", "transport_api_version": "V3", "grpc_services": []any{
		map[string]any{"envoy_grpc": map[string]string{"cluster_name": servers[0]}},
	}}
	return map[string]any{
		"node":              map[string]string{"id": p.P.ID, "cluster": p.Ctl.C.Name},
		"dynamic_resources": map[string]any{"ads_config": ads},
		"layered_runtime":   map[string]any{"layers": []any{map[string]any{"name": "istio", "static_layer": runtimeFlags}}},
		"static_resources":  map[string]any{"listeners": listeners, "clusters": clusters},
	}, nil
}

// plainListener leaves out the filters that are Istio's own, and has its routes within.
func plainListener(p *Proxy, l *listenerv3.Listener) (*listenerv3.Listener, error) {
	l = proto.Clone(l).(*listenerv3.Listener)
	chains := l.FilterChains
	if l.DefaultFilterChain != nil {
		chains = append(chains[:len(chains):len(chains)], l.DefaultFilterChain)
	}
	for _, fc := range chains {
		var kept []*listenerv3.Filter
		for _, nf := range fc.Filters {
			if !strings.HasPrefix(nf.GetTypedConfig().GetTypeUrl(), ofEnvoy) {
				continue
			}
			if nf.Name == managers {
				if err := plainManager(p, nf); err != nil {
					return nil, err
				}
			}
			kept = append(kept, nf)
		}
		fc.Filters = kept
	}
	return l, nil
}

func plainManager(p *Proxy, nf *listenerv3.Filter) error {
	m := &hcmv3.HttpConnectionManager{}
	if err := nf.GetTypedConfig().UnmarshalTo(m); err != nil {
		return err
	}
	var kept []*hcmv3.HttpFilter
	for _, hf := range m.HttpFilters {
		if strings.HasPrefix(hf.GetTypedConfig().GetTypeUrl(), ofEnvoy) {
			kept = append(kept, hf)
		}
	}
	m.HttpFilters = kept
	if rc := p.Routes[m.GetRds().GetRouteConfigName()]; rc != nil {
		m.RouteSpecifier = &hcmv3.HttpConnectionManager_RouteConfig{RouteConfig: rc}
	}
	packed, err := anypb.New(m)
	if err != nil {
		return err
	}
	nf.ConfigType = &listenerv3.Filter_TypedConfig{TypedConfig: packed}
	return nil
}

func protoJSON(m proto.Message) json.RawMessage {
	b, err := protojson.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}
