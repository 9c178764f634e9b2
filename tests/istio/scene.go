// A directory to be judged: the world, the bundles and the queries in it. Unknown fields are errors.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"sigs.k8s.io/yaml"
)

// Scene is a loaded directory.
type Scene struct {
	Dir     string
	World   World
	Queries Queries
	Bundles map[string][]Doc // cluster -> documents
	K8s     map[string][]Doc
}

// Queries is queries.yaml.
type Queries struct {
	Queries []*Query `json:"queries"`
}

// Query is one request.
type Query struct {
	Name     string            `json:"name"`
	From     From              `json:"from"`
	Host     string            `json:"host"`
	Port     int               `json:"port"`
	Address  string            `json:"address,omitempty"`
	Protocol string            `json:"protocol,omitempty"` // http (default), http2, tcp, tls
	SNI      string            `json:"sni,omitempty"`
	Method   string            `json:"method,omitempty"`
	Path     string            `json:"path,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	// App is the value of the pod label "app" that must be reached; default: first label of host.
	App string `json:"app,omitempty"`
	// PodPort, when set, must be the port on which the pod is reached.
	PodPort int `json:"podPort,omitempty"`
	// Down lists pods that are unhealthy: cluster/version, cluster/podname or cluster/*.
	Down      []string           `json:"down,omitempty"`
	Tolerance float64            `json:"tolerance,omitempty"`
	Expect    map[string]float64 `json:"expect"`
	// ExpectFrom replaces Expect from a release of the proxies on: {"1.31": {...}}.
	ExpectFrom map[string]map[string]float64 `json:"expectFrom,omitempty"`
	// ExpectFeatures are substrings that must appear in the printed features of the matched route.
	ExpectFeatures []string `json:"expectFeatures,omitempty"`
	ForbidFeatures []string `json:"forbidFeatures,omitempty"`
}

// From is the caller.
type From struct {
	Cluster    string            `json:"cluster"`
	Namespace  string            `json:"namespace,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Workload   string            `json:"workload,omitempty"`
	Gateway    string            `json:"gateway,omitempty"` // request arrives at this gateway from outside the mesh
	Network    string            `json:"network,omitempty"`
	Locality   string            `json:"locality,omitempty"`
	DNSCapture bool              `json:"dnsCapture,omitempty"`
}

func loadScene(dir string) (*Scene, error) {
	c := &Scene{Dir: dir, Bundles: map[string][]Doc{}, K8s: map[string][]Doc{}}
	if err := readStrict(filepath.Join(dir, "world.yaml"), &c.World); err != nil {
		return nil, err
	}
	if err := readStrict(filepath.Join(dir, "queries.yaml"), &c.Queries); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for i, cl := range c.World.Clusters {
		cl.index = i + 1
		var files []string
		for _, pat := range []string{
			filepath.Join(dir, "bundles", cl.Name+".stand-ins.yaml"),
			filepath.Join(dir, "bundles", cl.Name+".stand-ins", "*.yaml"),
			filepath.Join(dir, "bundles", cl.Name+".yaml"),
			filepath.Join(dir, "bundles", cl.Name, "*.yaml"),
		} {
			m, _ := filepath.Glob(pat)
			sort.Strings(m)
			files = append(files, m...)
		}
		for _, f := range files {
			docs, err := readDocs(f)
			if err != nil {
				return nil, err
			}
			c.Bundles[cl.Name] = append(c.Bundles[cl.Name], docs...)
		}
		m, _ := filepath.Glob(filepath.Join(dir, cl.Name, "k8s", "*.yaml"))
		sort.Strings(m)
		for _, f := range m {
			docs, err := readDocs(f)
			if err != nil {
				return nil, err
			}
			c.K8s[cl.Name] = append(c.K8s[cl.Name], docs...)
		}
		cl.defaults()
	}
	flat := c.World.flat()
	for _, cl := range c.World.Clusters {
		cl.flat = flat
	}
	return c, c.World.check()
}

func readStrict(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(b, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
