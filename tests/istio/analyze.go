// What "istioctl analyze" says about the bundle of a cluster, with the Services and pods of the world known.

package main

import (
	"fmt"
	"os"
	"strings"

	"istio.io/istio/pilot/pkg/config/file"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/legacy/util/kuberesource"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/resource"
	"sigs.k8s.io/yaml"
)

// analyze is "istioctl analyze" over the world of one cluster plus the given documents, and with remote clusters
// "istioctl analyze --remote-contexts".
func analyze(cl *Cluster, docs []Doc, remote []*Cluster) ([]Message, error) {
	name := cl.Name
	var readers []local.ReaderSource
	for i, o := range cl.kubeObjects() {
		b, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		readers = append(readers, local.ReaderSource{Name: fmt.Sprintf("world-%03d.yaml", i), Reader: strings.NewReader(string(b))})
	}
	for i, d := range docs {
		readers = append(readers, local.ReaderSource{Name: fmt.Sprintf("doc-%03d.yaml", i), Reader: strings.NewReader(d.Raw)})
	}
	sa := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", resource.Namespace("istio-system"), nil)
	var out []Message
	if err := sa.AddTestReaderKubeSource(readers); err != nil {
		out = append(out, Message{"", name, "Error", "SCHEMA", "-", err.Error()})
	}
	for _, o := range remote {
		src := file.NewKubeSource(kuberesource.ConvertInputsToSchemas(analyzers.AllCombined().Metadata().Inputs))
		for i, obj := range o.kubeObjects() {
			b, err := yaml.Marshal(obj)
			if err != nil {
				return nil, err
			}
			if err := src.ApplyContent(fmt.Sprintf("%s-%03d.yaml", o.Name, i), string(b)); err != nil {
				return nil, err
			}
		}
		sa.AddSourceForCluster(src, cluster.ID(o.Name))
	}
	if err := sa.AddDefaultResources(); err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	defer close(stop)
	res, err := sa.Analyze(stop)
	if err != nil {
		return nil, err
	}
	for i := range res.Messages {
		m := res.Messages[i]
		r := "-"
		if m.Resource != nil {
			r = m.Resource.Origin.FriendlyName()
		}
		lvl := m.Type.Level().String()
		text := fmt.Sprintf(m.Type.Template(), m.Parameters...)
		out = append(out, Message{"", name, lvl, m.Type.Code(), r, text})
	}
	return out, nil
}

// runValidate prints every message about the bundles of the scenes; 1 if one of them is an error.
func runValidate(dirs []string) int {
	code := 0
	for _, dir := range dirs {
		messages, err := validateScene(dir)
		if err != nil {
			fmt.Printf("%s: %v\n", dir, err)
			return 2
		}
		for _, m := range messages {
			if m.Level == "Error" {
				code = 1
			}
			if jsonOut {
				printJSON(os.Stdout, m)
			} else {
				fmt.Println(m)
			}
		}
	}
	return code
}

func validateScene(dir string) ([]Message, error) {
	c, err := loadScene(dir)
	if err != nil {
		return nil, err
	}
	var all []Message
	for _, cl := range c.World.Clusters {
		for _, d := range c.Bundles[cl.Name] {
			all = append(all, validateDoc(cl.Name, d)...)
		}
		var remote []*Cluster
		if remoteContexts {
			remote = c.World.reads(cl)
		}
		ms, err := analyze(cl, append(append([]Doc{}, c.K8s[cl.Name]...), c.Bundles[cl.Name]...), remote)
		if err != nil {
			return nil, fmt.Errorf("analysis: %w", err)
		}
		all = append(all, ms...)
	}
	for i := range all {
		all[i].Scene = dir
	}
	return all, nil
}
