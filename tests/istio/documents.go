// The documents of bundles.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Doc is one YAML document of a bundle.
type Doc struct {
	File string
	Raw  string
	Obj  map[string]any
}

func (d Doc) str(path ...string) string {
	var cur any = d.Obj
	for _, p := range path {
		m, ok := cur.(map[string]any)
		if !ok {
			return ""
		}
		cur = m[p]
	}
	s, _ := cur.(string)
	return s
}

func (d Doc) strMap(path ...string) map[string]string {
	var cur any = d.Obj
	for _, p := range path {
		m, ok := cur.(map[string]any)
		if !ok {
			return nil
		}
		cur = m[p]
	}
	m, ok := cur.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for k, v := range m {
		out[k] = fmt.Sprint(v)
	}
	return out
}

func (d Doc) id() string {
	ns := d.str("metadata", "namespace")
	if ns == "" {
		ns = "default"
	}
	return d.str("kind") + "/" + ns + "/" + d.str("metadata", "name")
}

func readDocs(file string) ([]Doc, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := kubeyaml.NewYAMLReader(newBufReader(bytes.NewReader(b)))
	var out []Doc
	for {
		raw, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		obj := map[string]any{}
		if err := yaml.UnmarshalStrict(raw, &obj); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(obj) == 0 {
			continue
		}
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) { // the analysis would take the whole text for JSON
			if raw, err = yaml.Marshal(obj); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
		out = append(out, Doc{File: file, Raw: string(raw), Obj: obj})
	}
}

func newBufReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

func isIstioDoc(d Doc) bool {
	g, _, _ := strings.Cut(d.str("apiVersion"), "/")
	return strings.HasSuffix(g, ".istio.io") || g == "gateway.networking.k8s.io"
}
