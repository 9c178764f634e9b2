// What the schema and istiod's webhook say about one document.

package main

import (
	"fmt"
	"strings"

	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	kubelib "istio.io/istio/pkg/kube"
	"sigs.k8s.io/yaml"
)

// Message is one finding of the validation or of the analysis.
type Message struct {
	Scene    string `json:"scene"`
	Cluster  string `json:"cluster"`
	Level    string `json:"level"`
	Code     string `json:"code"`
	Resource string `json:"resource"`
	Text     string `json:"text"`
}

func (m Message) String() string {
	return fmt.Sprintf("%-7s %-8s %s %s: %s", m.Level, m.Code, m.Cluster, m.Resource, m.Text)
}

var topFields = map[string]bool{"apiVersion": true, "kind": true, "metadata": true, "spec": true, "status": true}

// validateDoc is what the API server and istiod's webhook would say about one document.
func validateDoc(cluster string, d Doc) []Message {
	var out []Message
	bad := func(level, code, s string, a ...any) {
		out = append(out, Message{"", cluster, level, code, d.id(), fmt.Sprintf(s, a...)})
	}
	if !isIstioDoc(d) {
		if strings.Contains(d.str("apiVersion"), "istio") {
			bad("Error", "SCHEMA", "unknown API group %s", d.str("apiVersion"))
			return out
		}
		if _, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode([]byte(d.Raw), nil, nil); err != nil {
			bad("Error", "SCHEMA", "%v", err)
		}
		return out
	}
	group, version, _ := strings.Cut(d.str("apiVersion"), "/")
	schema, ok := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(config.GroupVersionKind{Group: group, Version: version, Kind: d.str("kind")})
	if !ok {
		why := ""
		if group == gatewayGroup && watchedKinds[d.str("kind")] {
			why = " (without PILOT_ENABLE_ALPHA_GATEWAY_API=true istiod does not read it)"
		}
		bad("Error", "SCHEMA", "unknown kind or version %s %s%s", d.str("apiVersion"), d.str("kind"), why)
		return out
	}
	for k := range d.Obj {
		if !topFields[k] {
			bad("Error", "SCHEMA", "unknown field %q", k)
		}
	}
	js, err := yaml.Marshal(d.Obj["spec"])
	if err == nil {
		js, err = yaml.YAMLToJSON(js)
	}
	if err != nil {
		bad("Error", "SCHEMA", "%v", err)
		return out
	}
	spec, err := schema.NewInstance()
	if err == nil {
		err = config.ApplyJSONStrict(spec, string(js))
	}
	if err != nil {
		bad("Error", "SCHEMA", "%v", err)
		return out
	}
	ns := d.str("metadata", "namespace")
	if ns == "" {
		ns = "default"
	}
	warn, err := schema.ValidateConfig(config.Config{
		Meta: config.Meta{
			GroupVersionKind: schema.GroupVersionKind(),
			Name:             d.str("metadata", "name"),
			Namespace:        ns,
			Labels:           d.strMap("metadata", "labels"),
			Annotations:      d.strMap("metadata", "annotations"),
		},
		Spec: spec,
	})
	if err != nil {
		bad("Error", "VALIDATE", "%v", err)
	}
	if warn != nil {
		bad("Warning", "VALIDATE", "%v", warn)
	}
	return out
}
