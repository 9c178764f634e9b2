// The world as the Kubernetes objects that an API server would show.

package main

import (
	"fmt"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// kubeObjects renders the world as Kubernetes objects, the way the API server of this cluster would show them.
func (cl *Cluster) kubeObjects() []runtime.Object {
	var out []runtime.Object
	nss := map[string]bool{"istio-system": true, "default": true}
	nodes := map[string]string{}
	for _, g := range cl.Gateways {
		nss[g.Namespace] = true
		nodes[nodeName(g.Locality)] = g.Locality
	}
	for _, s := range cl.Services {
		nss[s.Namespace] = true
	}
	for _, w := range cl.allWorkloads() {
		nss[w.Namespace] = true
		nodes[nodeName(w.Locality)] = w.Locality
	}
	for ns := range nss {
		labels := map[string]string{"kubernetes.io/metadata.name": ns}
		if ns == "istio-system" && cl.Network != "" && !cl.NoNetworkLabels {
			labels["topology.istio.io/network"] = cl.Network
		}
		if ns != "istio-system" {
			labels["istio-injection"] = "enabled"
		}
		out = append(out, &corev1.Namespace{TypeMeta: tm("v1", "Namespace"), ObjectMeta: metav1.ObjectMeta{Name: ns, Labels: labels}})
	}
	for n, loc := range nodes {
		parts := append(strings.Split(loc, "/"), "", "")
		labels := map[string]string{}
		if parts[0] != "" {
			labels["topology.kubernetes.io/region"] = parts[0]
		}
		if parts[1] != "" {
			labels["topology.kubernetes.io/zone"] = parts[1]
		}
		out = append(out, &corev1.Node{TypeMeta: tm("v1", "Node"), ObjectMeta: metav1.ObjectMeta{Name: n, Labels: labels}})
	}
	for _, p := range cl.pods() {
		out = append(out, p.kube())
	}
	for _, s := range cl.Services {
		svc := &corev1.Service{
			TypeMeta:   tm("v1", "Service"),
			ObjectMeta: metav1.ObjectMeta{Name: s.Name, Namespace: s.Namespace, Labels: s.Labels, Annotations: s.Annotations},
			Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP, Selector: s.Selector, ClusterIP: s.ClusterIP},
		}
		if s.Headless {
			svc.Spec.ClusterIP = corev1.ClusterIPNone
		}
		for _, p := range s.Ports {
			sp := corev1.ServicePort{Name: p.Name, Port: int32(p.Port), TargetPort: p.TargetPort, Protocol: corev1.ProtocolTCP}
			if p.AppProtocol != "" {
				ap := p.AppProtocol
				sp.AppProtocol = &ap
			}
			svc.Spec.Ports = append(svc.Spec.Ports, sp)
		}
		out = append(out, svc)
		if s.NoSelector {
			continue
		}
		var sel []*Pod
		for _, p := range cl.pods() {
			if p.W.Namespace == s.Namespace && selects(s.Selector, p.W.Labels) {
				sel = append(sel, p)
			}
		}
		out = append(out, endpointSlice(s.Name, s.Namespace, s.Ports, sel))
	}
	for i, g := range cl.Gateways {
		labels := map[string]string{}
		for k, v := range g.Labels {
			labels[k] = v
		}
		if g.Network != "" && !cl.NoNetworkLabels {
			labels["topology.istio.io/network"] = g.Network
		}
		for k, v := range g.ServiceLabels {
			labels[k] = v
		}
		svc := &corev1.Service{
			TypeMeta:   tm("v1", "Service"),
			ObjectMeta: metav1.ObjectMeta{Name: g.Name, Namespace: g.Namespace, Labels: labels},
			Spec: corev1.ServiceSpec{
				Type: corev1.ServiceTypeLoadBalancer, Selector: g.Labels,
				ClusterIP: cl.address(101, i+1),
			},
		}
		var ports []Port
		var keys []int
		for p := range g.Ports {
			keys = append(keys, p)
		}
		sort.Ints(keys)
		for _, p := range keys {
			port := Port{Name: fmt.Sprintf("tls-%d", p), Port: p, TargetPort: intstr.FromInt32(int32(g.Ports[p]))}
			if p == 80 || p == 8080 {
				port.Name = fmt.Sprintf("http-%d", p)
			}
			ports = append(ports, port)
			svc.Spec.Ports = append(svc.Spec.Ports, corev1.ServicePort{Name: port.Name, Port: int32(p), TargetPort: port.TargetPort, Protocol: corev1.ProtocolTCP})
		}
		for _, a := range g.Addresses {
			ing := corev1.LoadBalancerIngress{IP: a}
			if !isIP(a) {
				ing = corev1.LoadBalancerIngress{Hostname: a}
			}
			svc.Status.LoadBalancer.Ingress = append(svc.Status.LoadBalancer.Ingress, ing)
		}
		pod := g.pod(cl)
		out = append(out, svc, pod.kube(), endpointSlice(g.Name, g.Namespace, ports, []*Pod{pod}))
	}
	return out
}

// complete gives a Service from a document what the API server and the endpoint controller would: an address (that of before, if
// there is one), target ports and the pods that it selects.
func (cl *Cluster) complete(s *corev1.Service, before []runtime.Object) []runtime.Object {
	if s.Namespace == "" {
		s.Namespace = "default"
	}
	if s.Spec.ClusterIP == "" && s.Spec.Type != corev1.ServiceTypeExternalName {
		for _, o := range before {
			if x, ok := o.(*corev1.Service); ok && x.Name == s.Name && x.Namespace == s.Namespace {
				s.Spec.ClusterIP = x.Spec.ClusterIP
			}
		}
	}
	if s.Spec.ClusterIP == "" && s.Spec.Type != corev1.ServiceTypeExternalName {
		cl.allocated++
		s.Spec.ClusterIP = cl.address(102, cl.allocated)
	}
	var ports []Port
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		if p.TargetPort.IntVal == 0 && p.TargetPort.StrVal == "" {
			p.TargetPort = intstr.FromInt32(p.Port)
		}
		ports = append(ports, Port{Name: p.Name, Port: int(p.Port), TargetPort: p.TargetPort})
	}
	if len(s.Spec.Selector) == 0 {
		return nil
	}
	var sel []*Pod
	for _, p := range cl.pods() {
		if p.W.Namespace == s.Namespace && selects(s.Spec.Selector, p.W.Labels) {
			sel = append(sel, p)
		}
	}
	return []runtime.Object{endpointSlice(s.Name, s.Namespace, ports, sel)}
}

func (p *Pod) kube() *corev1.Pod {
	ready := corev1.ConditionTrue
	if p.notReady {
		ready = corev1.ConditionFalse
	}
	pod := &corev1.Pod{
		TypeMeta:   tm("v1", "Pod"),
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: p.W.Namespace, Labels: p.labels()},
		Spec:       corev1.PodSpec{ServiceAccountName: p.W.ServiceAccount, NodeName: p.NodeName},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: p.IP, HostIP: "192.168.0.1", PodIPs: []corev1.PodIP{{IP: p.IP}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
		},
	}
	app := corev1.Container{Name: "app", Image: "app"}
	for n, num := range p.W.ContainerPorts {
		app.Ports = append(app.Ports, corev1.ContainerPort{Name: n, ContainerPort: int32(num)})
	}
	pod.Spec.Containers = append(pod.Spec.Containers, app)
	if !p.W.NoSidecar {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "istio-proxy", Image: "proxyv2"})
		pod.Annotations = map[string]string{"sidecar.istio.io/status": "{}"}
	}
	return pod
}

func endpointSlice(svc, ns string, ports []Port, pods []*Pod) *discoveryv1.EndpointSlice {
	es := &discoveryv1.EndpointSlice{
		TypeMeta:    tm("discovery.k8s.io/v1", "EndpointSlice"),
		ObjectMeta:  metav1.ObjectMeta{Name: svc + "-1", Namespace: ns, Labels: map[string]string{discoveryv1.LabelServiceName: svc}},
		AddressType: discoveryv1.AddressTypeIPv4,
	}
	tcp := corev1.ProtocolTCP
	for i := range ports {
		num := ports[i].TargetPort.IntVal
		if ports[i].TargetPort.Type == intstr.String {
			for _, p := range pods {
				if n, ok := p.W.ContainerPorts[ports[i].TargetPort.StrVal]; ok {
					num = int32(n)
				}
			}
			if num == 0 {
				continue
			}
		}
		name := ports[i].Name
		es.Ports = append(es.Ports, discoveryv1.EndpointPort{Name: &name, Port: &num, Protocol: &tcp})
	}
	terminating := false
	for _, p := range pods {
		ready := !p.notReady
		node := p.NodeName
		es.Endpoints = append(es.Endpoints, discoveryv1.Endpoint{
			Addresses:  []string{p.IP},
			Conditions: discoveryv1.EndpointConditions{Ready: &ready, Serving: &ready, Terminating: &terminating},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Name: p.Name, Namespace: p.W.Namespace},
			NodeName:   &node,
		})
	}
	return es
}

func tm(v, k string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: v, Kind: k} }
