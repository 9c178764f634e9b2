// One istiod for each cluster that has one, with the objects that it reads.

package main

import (
	"fmt"
	"time"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/serviceregistry"
	"istio.io/istio/pilot/pkg/serviceregistry/aggregate"
	"istio.io/istio/pilot/pkg/serviceregistry/provider"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// Control is one cluster with the control plane that configures its proxies. Several clusters may share one server.
type Control struct {
	C        *Cluster
	S        *fakeServer
	Rejected []string
	Ignored  []string // objects that no istiod reads, or that change no answer here
	statuses *statuses
	f        *failer
	proxies  map[string]*Proxy
	mc       *meshconfig.MeshConfig
}

// inputs are the objects of one cluster as its API server would show them.
type inputs struct {
	objs     []runtime.Object
	cfgs     []config.Config
	rejected []string
	unheard  []string
}

func readInputs(c *Scene, cl *Cluster) *inputs {
	in := &inputs{objs: cl.kubeObjects()}
	docs := append(append([]Doc{}, c.K8s[cl.Name]...), c.Bundles[cl.Name]...)
	t0 := time.Now()
	reject := func(d Doc, err error) {
		in.rejected = append(in.rejected, fmt.Sprintf("%s %s: %v", cl.Name, d.id(), err))
	}
	for _, d := range docs {
		if msgs := validateDoc(cl.Name, d); hasError(msgs) {
			for _, x := range msgs {
				in.rejected = append(in.rejected, x.String())
			}
			continue
		}
		if why := d.unheard(); why != "" {
			in.unheard = append(in.unheard, fmt.Sprintf("%s %s: %s", cl.Name, d.id(), why))
		}
		if isIstioDoc(d) {
			d, err := d.stored(t0)
			if err != nil {
				reject(d, err)
				continue
			}
			if d.watched() {
				o, err := decodeKube(d)
				if err != nil {
					reject(d, err)
					continue
				}
				in.objs = append(in.objs, o)
			}
			cc, others, err := crd.ParseInputs(d.Raw)
			if err != nil {
				reject(d, err)
				continue
			}
			if len(others) > 0 {
				in.rejected = append(in.rejected, fmt.Sprintf("%s %s: unknown kind or version %s", cl.Name, d.id(), d.str("apiVersion")))
				continue
			}
			for _, x := range cc {
				if x.Namespace == "" {
					x.Namespace = "default"
				}
				x.Domain = "cluster.local"
				in.cfgs = append(in.cfgs, x)
			}
			continue
		}
		o, err := decodeKube(d)
		if err != nil {
			reject(d, err)
			continue
		}
		if svc, ok := o.(*corev1.Service); ok {
			in.objs = append(in.objs, cl.complete(svc, in.objs)...)
		}
		in.objs = append(in.objs, o)
	}
	in.objs = dedupe(in.objs)
	return in
}

// startControls starts an istiod for every cluster that has one, and lets the other clusters share it.
func startControls(f *failer, c *Scene) (map[string]*Control, error) {
	in := map[string]*inputs{}
	ctl := map[string]*Control{}
	for _, cl := range c.World.Clusters {
		in[cl.Name] = readInputs(c, cl)
	}
	for _, cl := range c.World.Clusters {
		if cl.ControlPlane != "" {
			continue
		}
		x, err := startControl(f, c, cl, in)
		if err != nil {
			return nil, err
		}
		ctl[cl.Name] = x
	}
	for _, cl := range c.World.Clusters {
		if cl.ControlPlane == "" {
			continue
		}
		p := ctl[cl.ControlPlane]
		x := &Control{C: cl, S: p.S, Rejected: in[cl.Name].rejected, Ignored: in[cl.Name].unheard, f: f, proxies: map[string]*Proxy{}, mc: p.mc}
		for _, g := range in[cl.Name].cfgs {
			x.Ignored = append(x.Ignored, fmt.Sprintf("%s %s/%s/%s: istiod of %s reads no Istio objects here", cl.Name, g.GroupVersionKind.Kind, g.Namespace, g.Name, p.C.Name))
		}
		ctl[cl.Name] = x
	}
	return ctl, nil
}

func startControl(f *failer, c *Scene, cl *Cluster, in map[string]*inputs) (*Control, error) {
	own := in[cl.Name]
	ctl := &Control{C: cl, Rejected: own.rejected, Ignored: own.unheard, f: f, proxies: map[string]*Proxy{}}
	byCluster := map[cluster.ID][]runtime.Object{}
	for _, o := range append([]*Cluster{cl}, c.World.reads(cl)...) {
		byCluster[cluster.ID(o.Name)] = in[o.Name].objs
	}
	ctl.mc = mesh.DefaultMeshConfig()
	if cl.MeshConfig != nil {
		b, _ := yaml.Marshal(cl.MeshConfig)
		m, err := mesh.ApplyMeshConfigDefaults(string(b))
		if err != nil {
			return nil, err
		}
		ctl.mc = m
	}
	nets := &meshconfig.MeshNetworks{Networks: map[string]*meshconfig.Network{}}
	if cl.MeshNetworks != nil {
		b, _ := yaml.Marshal(cl.MeshNetworks)
		n, err := mesh.ParseMeshNetworks(string(b))
		if err != nil {
			return nil, err
		}
		nets = n
	}
	opts := fakeOptions{
		DefaultClusterName:         cluster.ID(cl.Name),
		KubernetesObjectsByCluster: byCluster,
		Configs:                    own.cfgs,
		MeshConfig:                 ctl.mc,
	}
	setNetworks(&opts, nets)
	ctl.S = newFakeServer(f, opts)
	ctl.order(append([]*Cluster{cl}, c.World.reads(cl)...))
	ctl.installCRDs()
	ctl.watchStatus()
	ctl.settle()
	return ctl, nil
}

// order sorts the Kubernetes registries, which the fake server adds in random order: its own cluster is the first that a
// real istiod knows. The first one that has a Service decides about its ports.
func (c *Control) order(want []*Cluster) {
	a, ok := c.S.Registry.(*aggregate.Controller)
	if !ok || len(want) < 2 {
		return
	}
	have := map[cluster.ID]serviceregistry.Instance{}
	for _, r := range a.GetRegistries() {
		if r.Provider() == provider.Kubernetes {
			have[r.Cluster()] = r
			a.DeleteRegistry(r.Cluster(), provider.Kubernetes)
		}
	}
	for _, cl := range want {
		a.AddRegistry(have[cluster.ID(cl.Name)])
	}
}

// dedupe keeps the last of several Kubernetes objects with one identity (a bundle may repeat a Namespace or Service of the world).
func dedupe(in []runtime.Object) []runtime.Object {
	seen := map[string]int{}
	var out []runtime.Object
	for _, o := range in {
		k := objKey(o)
		if i, ok := seen[k]; ok {
			out[i] = o
			continue
		}
		seen[k] = len(out)
		out = append(out, o)
	}
	return out
}

func objKey(o runtime.Object) string {
	a, err := meta.Accessor(o)
	if err != nil {
		return fmt.Sprintf("%p", o)
	}
	return fmt.Sprintf("%T %s/%s", o, a.GetNamespace(), a.GetName())
}

// settle waits until informers and pushes have calmed down.
func (c *Control) settle() {
	var last string
	silence := 0
	for i := 0; i < 100 && silence < 12; i++ {
		before := time.Now()
		time.Sleep(20 * time.Millisecond)
		late := time.Since(before) > 40*time.Millisecond // a busy machine, where silence says less
		c.S.EnsureSynced(c.f)
		cur := fmt.Sprint(c.S.Discovery.InboundUpdates.Load(), c.S.Discovery.CommittedUpdates.Load())
		switch {
		case cur != last:
			silence = 0
		case late:
			silence++
		default:
			silence += 4
		}
		last = cur
	}
	// one more full push so that everything discovered late is in the push context
	c.S.Discovery.ConfigUpdate(fullPush())
	time.Sleep(30 * time.Millisecond)
	c.S.EnsureSynced(c.f)
}

func hasError(ms []Message) bool {
	for _, m := range ms {
		if m.Level == "Error" {
			return true
		}
	}
	return false
}
