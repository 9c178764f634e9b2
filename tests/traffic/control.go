// The control plane of all Envoys: it hands out states, one after the other, and hears what is taken and what is refused.

package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secretv3 "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
)

// istiod pushes the types in this order, whatever changed.
var pushed = []struct {
	index types.ResponseType
	url   string
}{{types.Cluster, resource.ClusterType}, {types.Endpoint, resource.EndpointType}, {types.Listener, resource.ListenerType}, {types.Route, resource.RouteType}}

// Control serves xDS over a socket of the file system.
type Control struct {
	socket string
	cache  cache.SnapshotCache
	grpc   *grpc.Server

	mu      sync.Mutex
	version int
	nodes   map[int64]string             // by stream
	taken   map[string]map[string]string // version by node and type, of those it asked for
	refused []string
	current map[string]*cache.Snapshot
}

func startControl(socket string) (*Control, error) {
	c := &Control{
		socket: socket, cache: cache.NewSnapshotCache(false, cache.IDHash{}, nil), grpc: grpc.NewServer(),
		nodes: map[int64]string{}, taken: map[string]map[string]string{}, current: map[string]*cache.Snapshot{},
	}
	s := server.NewServer(context.Background(), c.cache, server.CallbackFuncs{StreamRequestFunc: c.hear, StreamClosedFunc: c.forget})
	discoveryv3.RegisterAggregatedDiscoveryServiceServer(c.grpc, s)
	secretv3.RegisterSecretDiscoveryServiceServer(c.grpc, s)
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	go func() { _ = c.grpc.Serve(l) }()
	return c, nil
}

func (c *Control) hear(stream int64, r *discoveryv3.DiscoveryRequest) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := r.GetNode().GetId(); id != "" {
		c.nodes[stream] = id
	}
	node := c.nodes[stream]
	if c.taken[node] == nil {
		c.taken[node] = map[string]string{}
	}
	if e := r.GetErrorDetail(); e != nil {
		c.refused = append(c.refused, fmt.Sprintf("%s refuses: %s", node, e.GetMessage()))
	}
	c.taken[node][r.GetTypeUrl()] = r.GetVersionInfo()
	return nil
}

func (c *Control) forget(stream int64, _ *corev3.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.nodes, stream)
}

// push hands a proxy its configuration, a type after the other, each when the one before was taken.
func (c *Control) push(node string, cfg *Config) error {
	c.mu.Lock()
	c.version++
	version := fmt.Sprint(c.version)
	old := c.current[node]
	c.mu.Unlock()
	next := &cache.Snapshot{}
	next.Resources[types.Secret] = cache.NewResources("1", cfg.Secrets)
	if old != nil {
		next.Resources = old.Resources
	}
	of := map[types.ResponseType][]types.Resource{types.Cluster: cfg.Clusters, types.Endpoint: cfg.Endpoints, types.Listener: cfg.Listeners, types.Route: cfg.Routes}
	for _, t := range pushed {
		step := &cache.Snapshot{Resources: next.Resources}
		step.Resources[t.index] = cache.NewResources(version, of[t.index])
		next = step
		if old == nil {
			continue // nobody asked yet: all at once
		}
		if err := c.cache.SetSnapshot(context.Background(), node, step); err != nil {
			return err
		}
		c.await(node, t.url, version)
	}
	c.mu.Lock()
	c.current[node] = next
	c.mu.Unlock()
	if old == nil {
		return c.cache.SetSnapshot(context.Background(), node, next)
	}
	return nil
}

// await waits until the proxy took a version, if it asked for that type at all, or refused it; not for ever.
func (c *Control) await(node, url, version string) {
	for range 200 {
		c.mu.Lock()
		at, asked := c.taken[node][url]
		refused := len(c.refused) > 0
		c.mu.Unlock()
		if !asked || at == version || refused {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// refusals are what Envoys said against what they were told, since the last time.
func (c *Control) refusals() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.refused
	c.refused = nil
	return out
}
