// What exists before anything is applied, as world.yaml says it, and the defaults of what it leaves out.

package main

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// World is what exists before the bundles are applied.
type World struct {
	// Flat: pods in clusters without a network name reach each other by IP. Default: yes if nothing in this world names a network.
	Flat     *bool      `json:"flat,omitempty"`
	Clusters []*Cluster `json:"clusters"`
}

// Cluster is one Kubernetes cluster, with its own istiod unless ControlPlane says otherwise.
type Cluster struct {
	Name    string `json:"name"`
	Network string `json:"network,omitempty"`
	// NoNetworkLabels: the proxies know their network, but neither istio-system nor pods nor gateway Services carry its label.
	NoNetworkLabels bool `json:"noNetworkLabels,omitempty"`
	// Sees: clusters whose API servers this cluster's istiod reads as well (remote secrets).
	Sees []string `json:"sees,omitempty"`
	// ControlPlane: the cluster whose istiod configures the proxies here and reads this cluster; none of its own then.
	ControlPlane string         `json:"controlPlane,omitempty"`
	MeshConfig   map[string]any `json:"meshConfig,omitempty"`
	MeshNetworks map[string]any `json:"meshNetworks,omitempty"`
	Gateways     []*Gateway     `json:"gateways,omitempty"`
	Services     []*Service     `json:"services,omitempty"`
	Workloads    []*Workload    `json:"workloads,omitempty"`

	index, allocated int
	flat             bool
}

// Gateway is an Istio gateway deployment with one pod.
type Gateway struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace,omitempty"`
	Labels    map[string]string `json:"labels"`
	// Addresses at which other clusters reach it (IP or DNS name).
	Addresses []string `json:"addresses,omitempty"`
	// Ports: service port -> container port. Default 15443 -> 15443, 80 -> 8080, 443 -> 8443.
	Ports                map[int]int       `json:"ports,omitempty"`
	ServiceLabels        map[string]string `json:"serviceLabels,omitempty"`
	Network              string            `json:"network,omitempty"`
	RequestedNetworkView []string          `json:"requestedNetworkView,omitempty"`
	IP                   string            `json:"ip,omitempty"`
	Locality             string            `json:"locality,omitempty"`
	IstioVersion         string            `json:"istioVersion,omitempty"`
}

// Service is a Kubernetes Service; its pods are written below it.
type Service struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	ClusterIP   string            `json:"clusterIP,omitempty"`
	Headless    bool              `json:"headless,omitempty"`
	Selector    map[string]string `json:"selector,omitempty"`
	NoSelector  bool              `json:"noSelector,omitempty"`
	Ports       []Port            `json:"ports"`
	Workloads   []*Workload       `json:"workloads,omitempty"`
}

// Port of a Service. TargetPort may be a number or a name.
type Port struct {
	Name        string             `json:"name"`
	Port        int                `json:"port"`
	TargetPort  intstr.IntOrString `json:"targetPort,omitempty"`
	AppProtocol string             `json:"appProtocol,omitempty"`
}

// Workload is one or more pods with the same labels.
type Workload struct {
	Name           string            `json:"name"`
	Namespace      string            `json:"namespace,omitempty"`
	Labels         map[string]string `json:"labels"`
	IPs            []string          `json:"ips,omitempty"`
	ServiceAccount string            `json:"serviceAccount,omitempty"`
	Locality       string            `json:"locality,omitempty"`
	Network        string            `json:"network,omitempty"`
	NoSidecar      bool              `json:"noSidecar,omitempty"`
	Replicas       int               `json:"replicas,omitempty"`
	NotReady       int               `json:"notReady,omitempty"` // so many of the pods, the first ones, are not ready
	// ContainerPorts: port name -> number, needed when a Service uses a named targetPort.
	ContainerPorts map[string]int `json:"containerPorts,omitempty"`
	IstioVersion   string         `json:"istioVersion,omitempty"`
}

// Pod is a derived single pod.
type Pod struct {
	Cluster  string
	Name     string
	IP       string
	W        *Workload
	Gateway  *Gateway
	NodeName string

	noNetworkLabel bool
	notReady       bool
}

// flat tells whether the pods that have no network name are on one network.
func (w *World) flat() bool {
	if w.Flat != nil {
		return *w.Flat
	}
	for _, cl := range w.Clusters {
		if cl.Network != "" || cl.MeshNetworks != nil {
			return false
		}
		for _, g := range cl.Gateways {
			if g.Network != "" {
				return false
			}
		}
		for _, x := range cl.allWorkloads() {
			if x.Network != "" {
				return false
			}
		}
	}
	return true
}

// reads lists the clusters whose Kubernetes objects the istiod of cl reads besides its own.
func (w *World) reads(cl *Cluster) []*Cluster {
	var out []*Cluster
	for _, o := range w.Clusters {
		if o != cl && (o.ControlPlane == cl.Name || slices.Contains(cl.Sees, o.Name)) {
			out = append(out, o)
		}
	}
	return out
}

func (w *World) check() error {
	byName := map[string]*Cluster{}
	for _, cl := range w.Clusters {
		byName[cl.Name] = cl
	}
	for _, cl := range w.Clusters {
		for _, s := range cl.Sees {
			if byName[s] == nil || s == cl.Name {
				return fmt.Errorf("cluster %s sees %q: no such other cluster", cl.Name, s)
			}
		}
		if cl.ControlPlane == "" {
			continue
		}
		if p := byName[cl.ControlPlane]; p == nil || p.ControlPlane != "" {
			return fmt.Errorf("cluster %s: controlPlane %q is not a cluster with an istiod", cl.Name, cl.ControlPlane)
		}
		if len(cl.Sees) > 0 || cl.MeshConfig != nil || cl.MeshNetworks != nil {
			return fmt.Errorf("cluster %s: sees, meshConfig and meshNetworks belong to its controlPlane %s", cl.Name, cl.ControlPlane)
		}
	}
	return nil
}

// address is the n-th IP, from 1, of one kind of things in this cluster.
func (cl *Cluster) address(kind, n int) string {
	return fmt.Sprintf("%d.%d.%d.%d", 10+(n-1)/250, cl.index, kind, (n-1)%250+1)
}

func (cl *Cluster) defaults() {
	ip := 0
	next := func() string {
		ip++
		return cl.address(1, ip)
	}
	for i, g := range cl.Gateways {
		if g.Namespace == "" {
			g.Namespace = "istio-system"
		}
		if g.IP == "" {
			g.IP = cl.address(9, i+1)
		}
		if g.Network == "" {
			g.Network = cl.Network
		}
		if len(g.Ports) == 0 {
			g.Ports = map[int]int{15443: 15443, 80: 8080, 443: 8443}
		}
	}
	fill := func(w *Workload, ns string) {
		if w.Namespace == "" {
			w.Namespace = ns
		}
		if w.ServiceAccount == "" {
			w.ServiceAccount = "default"
		}
		n := w.Replicas
		if n == 0 {
			n = 1
		}
		for len(w.IPs) < n {
			w.IPs = append(w.IPs, next())
		}
		if w.Network == "" {
			w.Network = cl.Network
		}
	}
	for i, s := range cl.Services {
		if s.Namespace == "" {
			s.Namespace = "default"
		}
		if s.ClusterIP == "" && !s.Headless {
			s.ClusterIP = cl.address(100, i+1)
		}
		if s.Selector == nil && !s.NoSelector {
			s.Selector = map[string]string{"app": s.Name}
		}
		for j := range s.Ports {
			if s.Ports[j].TargetPort.IntVal == 0 && s.Ports[j].TargetPort.StrVal == "" {
				s.Ports[j].TargetPort = intstr.FromInt32(int32(s.Ports[j].Port))
			}
		}
		for _, w := range s.Workloads {
			fill(w, s.Namespace)
		}
	}
	for _, w := range cl.Workloads {
		fill(w, "default")
	}
}

func (cl *Cluster) allWorkloads() []*Workload {
	var out []*Workload
	for _, s := range cl.Services {
		out = append(out, s.Workloads...)
	}
	return append(out, cl.Workloads...)
}

func (cl *Cluster) pods() []*Pod {
	var out []*Pod
	lost := strings.Split(gone, ",")
	for _, w := range cl.allWorkloads() {
		for i, ip := range w.IPs {
			name := w.Name
			if len(w.IPs) > 1 {
				name = fmt.Sprintf("%s-%d", w.Name, i)
			}
			if slices.Contains(lost, cl.Name+"/*") || slices.Contains(lost, cl.Name+"/"+name) || slices.Contains(lost, cl.Name+"/"+w.Labels["version"]) {
				continue
			}
			out = append(out, &Pod{Cluster: cl.Name, Name: name, IP: ip, W: w, NodeName: nodeName(w.Locality), noNetworkLabel: cl.NoNetworkLabels, notReady: i < w.NotReady})
		}
	}
	return out
}

func (g *Gateway) pod(cl *Cluster) *Pod {
	labels := map[string]string{}
	for k, v := range g.Labels {
		labels[k] = v
	}
	w := &Workload{Name: g.Name, Namespace: g.Namespace, Labels: labels, IPs: []string{g.IP}, ServiceAccount: g.Name, Locality: g.Locality, Network: g.Network}
	return &Pod{Cluster: cl.Name, Name: g.Name, IP: g.IP, W: w, Gateway: g, NodeName: nodeName(g.Locality), noNetworkLabel: cl.NoNetworkLabels}
}

func (p *Pod) labels() map[string]string {
	l := map[string]string{}
	for k, v := range p.W.Labels {
		l[k] = v
	}
	if !p.W.NoSidecar {
		l["security.istio.io/tlsMode"] = "istio"
	}
	if p.W.Network != "" && !p.noNetworkLabel {
		l["topology.istio.io/network"] = p.W.Network
	}
	return l
}

func nodeName(loc string) string {
	if loc == "" {
		return "node"
	}
	return "node-" + strings.ReplaceAll(loc, "/", "-")
}

func selects(sel, labels map[string]string) bool {
	if len(sel) == 0 {
		return false
	}
	for k, v := range sel {
		if labels[k] != v {
			return false
		}
	}
	return true
}
