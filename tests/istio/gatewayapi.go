// Objects of the Gateway API as an API server and istiod hold them, and what istiod says of them.

package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/status"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/gvr"
	kubelib "istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/kclient/clienttest"
)

const gatewayGroup = "gateway.networking.k8s.io"

func (d Doc) group() string {
	g, _, _ := strings.Cut(d.str("apiVersion"), "/")
	return g
}

// stored is the document as an API server would give it out: with the defaults of the Gateway API's CRDs, in the version that this
// istiod asks for, with a creation time (the document's own, if it has one) and a uid.
func (d Doc) stored(now time.Time) (Doc, error) {
	_, version, _ := strings.Cut(d.str("apiVersion"), "/")
	s, ok := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(config.GroupVersionKind{Group: d.group(), Version: version, Kind: d.str("kind")})
	if !ok {
		return d, fmt.Errorf("unknown kind or version %s %s", d.str("apiVersion"), d.str("kind"))
	}
	o := map[string]any{}
	if err := yaml.Unmarshal([]byte(d.Raw), &o); err != nil {
		return d, err
	}
	o["apiVersion"] = d.group() + "/" + s.GroupVersionKind().Version
	meta := sub(o, "metadata")
	fill(meta, "namespace", "default")
	fill(meta, "uid", d.id())
	fill(meta, "creationTimestamp", now.UTC().Format(time.RFC3339))
	if d.group() == gatewayGroup {
		gatewayDefaults(d.str("kind"), sub(o, "spec"))
	}
	b, err := yaml.Marshal(o)
	return Doc{File: d.File, Raw: string(b), Obj: o}, err
}

func decodeKube(d Doc) (runtime.Object, error) {
	o, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode([]byte(d.Raw), nil, nil)
	return o, err
}

func sub(m map[string]any, key string) map[string]any {
	x, ok := m[key].(map[string]any)
	if !ok {
		x = map[string]any{}
		m[key] = x
	}
	return x
}

func fill(m map[string]any, key string, v any) {
	if m[key] == nil {
		m[key] = v
	}
}

func each(m map[string]any, key string, f func(map[string]any)) {
	l, _ := m[key].([]any)
	for _, x := range l {
		if y, ok := x.(map[string]any); ok {
			f(y)
		}
	}
}

// gatewayDefaults fills in the `default:` values of the CRDs (v1.1 to v1.4, both channels; the same in all of them).
func gatewayDefaults(kind string, spec map[string]any) {
	backend := func(b map[string]any) { fill(b, "group", ""); fill(b, "kind", "Service") }
	each(spec, "parentRefs", func(p map[string]any) { fill(p, "group", gatewayGroup); fill(p, "kind", "Gateway") })
	each(spec, "addresses", func(a map[string]any) { fill(a, "type", "IPAddress") })
	each(spec, "listeners", func(l map[string]any) {
		fill(sub(sub(l, "allowedRoutes"), "namespaces"), "from", "Same")
		if t, ok := l["tls"].(map[string]any); ok {
			fill(t, "mode", "Terminate")
			each(t, "certificateRefs", func(c map[string]any) { fill(c, "group", ""); fill(c, "kind", "Secret") })
		}
	})
	everything := func() any {
		return []any{map[string]any{"path": map[string]any{"type": "PathPrefix", "value": "/"}}}
	}
	filters := func(r map[string]any) {
		each(r, "filters", func(f map[string]any) {
			if x, ok := f["requestRedirect"].(map[string]any); ok {
				fill(x, "statusCode", 302)
			}
			if x, ok := f["requestMirror"].(map[string]any); ok {
				backend(sub(x, "backendRef"))
				if y, ok := x["fraction"].(map[string]any); ok {
					fill(y, "denominator", 100)
				}
			}
			if x, ok := f["cors"].(map[string]any); ok {
				fill(x, "maxAge", 5)
			}
		})
	}
	if kind == "HTTPRoute" {
		fill(spec, "rules", []any{map[string]any{"matches": everything()}})
	}
	each(spec, "rules", func(r map[string]any) {
		if kind == "HTTPRoute" {
			fill(r, "matches", everything())
		}
		each(r, "matches", func(m map[string]any) {
			if kind == "HTTPRoute" {
				p := sub(m, "path")
				fill(p, "type", "PathPrefix")
				fill(p, "value", "/")
			}
			if x, ok := m["method"].(map[string]any); ok {
				fill(x, "type", "Exact")
			}
			for _, k := range []string{"headers", "queryParams"} {
				each(m, k, func(h map[string]any) { fill(h, "type", "Exact") })
			}
		})
		filters(r)
		each(r, "backendRefs", func(b map[string]any) { backend(b); fill(b, "weight", 1); filters(b) })
	})
}

// watchedKinds are kinds that istiod reads also, or only, as Kubernetes objects.
var watchedKinds = map[string]bool{
	"Gateway": true, "GatewayClass": true, "HTTPRoute": true, "GRPCRoute": true, "TCPRoute": true, "TLSRoute": true, "ReferenceGrant": true, "BackendTLSPolicy": true,
	"ServiceEntry": true, "WorkloadEntry": true, "PeerAuthentication": true, "AuthorizationPolicy": true,
}

func (d Doc) watched() bool {
	return watchedKinds[d.str("kind")] && (d.group() == gatewayGroup || d.str("kind") != "Gateway")
}

var notJudged = map[string]string{
	"AuthorizationPolicy": "authorization", "RequestAuthentication": "authentication", "WasmPlugin": "Wasm", "Telemetry": "telemetry", "ProxyConfig": "proxy settings",
	"UDPRoute": "UDP", "BackendTLSPolicy": "TLS to backends",
}

var readKinds = map[string]bool{
	"Namespace": true, "Node": true, "Pod": true, "Service": true, "EndpointSlice": true, "Endpoints": true, "ConfigMap": true, "Secret": true,
	"ServiceAccount": true, "Ingress": true, "IngressClass": true,
}

// unheard says why a document changes no answer, or nothing.
func (d Doc) unheard() string {
	kind := d.str("kind")
	if !isIstioDoc(d) {
		if !readKinds[kind] {
			return "istiod reads no " + kind
		}
		return ""
	}
	if why := notJudged[kind]; why != "" {
		return why + " is not judged"
	}
	if d.group() != gatewayGroup {
		return ""
	}
	if !d.watched() {
		return "istiod reads no " + kind + " of " + gatewayGroup
	}
	if c := d.str("spec", "gatewayClassName"); kind == "Gateway" && (c == "istio-waypoint" || c == "istio-east-west") {
		return "waypoints and ztunnel are not followed"
	}
	return ""
}

// statuses collects what istiod writes into the status of Gateway API objects.
type statuses struct {
	model.ConfigStore
	mu  sync.Mutex
	all map[string]any
}

func (s *statuses) Get(typ config.GroupVersionKind, name, namespace string) *config.Config {
	return &config.Config{Meta: config.Meta{GroupVersionKind: typ, Name: name, Namespace: namespace}}
}

func (s *statuses) UpdateStatus(c config.Config) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[c.GroupVersionKind.Kind+"/"+c.Namespace+"/"+c.Name] = c.Status
	return "", nil
}

// installCRDs tells istiod which Gateway API is installed; it reads GRPCRoute only from v1.1 on, from 1.31 on TCPRoute only from v1.6 on.
func (c *Control) installCRDs() {
	a := map[string]string{"gateway.networking.k8s.io/bundle-version": crdVersion}
	for _, g := range []schema.GroupVersionResource{gvr.GRPCRoute, gvr.TCPRoute, gvr.TLSRoute} {
		clienttest.MakeCRDWithAnnotations(c.f, c.S.KubeClient(), g, a)
	}
}

// watchStatus asks the Gateway API controller to report.
func (c *Control) watchStatus() {
	w, ok := c.S.Env().GatewayAPIController.(interface {
		SetStatusWrite(bool, *status.Manager)
	})
	if !ok {
		return
	}
	stop := make(chan struct{})
	c.f.Cleanup(func() { close(stop) })
	c.statuses = &statuses{all: map[string]any{}}
	m := status.NewManager(c.statuses)
	m.Start(stop)
	w.SetStatusWrite(true, m)
}

// refusals are the conditions by which istiod refuses a route or a reference of it.
func (c *Control) refusals() []string {
	if c.statuses == nil {
		return nil
	}
	c.statuses.mu.Lock()
	defer c.statuses.mu.Unlock()
	var out []string
	for id, st := range c.statuses.all {
		b, err := json.Marshal(st)
		if err != nil {
			continue
		}
		var x struct {
			Conditions []metav1.Condition
			Parents    []struct{ Conditions []metav1.Condition }
			Listeners  []struct{ Conditions []metav1.Condition }
		}
		if json.Unmarshal(b, &x) != nil {
			continue
		}
		all := x.Conditions
		for _, p := range append(x.Parents, x.Listeners...) {
			all = append(all, p.Conditions...)
		}
		for _, k := range all {
			if k.Status == metav1.ConditionFalse && (k.Type == "Accepted" || k.Type == "ResolvedRefs") {
				out = append(out, fmt.Sprintf("%s %s: %s (%s: %s)", c.C.Name, id, k.Type, k.Reason, k.Message))
			}
		}
	}
	sort.Strings(out)
	return out
}
