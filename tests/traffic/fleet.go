// What `judge proxies` says of a scene.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Fleet is every proxy that the requests of a scene may meet, and the requests.
type Fleet struct {
	Scene    string   `json:"scene"`
	Proxies  []*Proxy `json:"proxies"`
	Queries  []*Query `json:"queries"`
	Flat     bool     `json:"flat"`
	Rejected []string `json:"rejected"`
}

// Proxy is one Envoy: who it is, where it is reached, and what its istiod tells it.
type Proxy struct {
	ID        string      `json:"id"`
	Kind      string      `json:"kind"` // caller, gateway, pod
	Cluster   string      `json:"cluster"`
	Network   string      `json:"network"`
	Name      string      `json:"name"`
	Identity  string      `json:"identity"`
	Locality  string      `json:"locality"`
	Addresses []string    `json:"addresses"` // its own first
	Ports     map[int]int `json:"ports"`     // of a gateway's Service, and of its pod
	App       string      `json:"app"`
	Version   string      `json:"version"`
	NoSidecar bool        `json:"noSidecar"`
	Listeners [][]byte    `json:"listeners"`
	Clusters  [][]byte    `json:"clusters"`
	Routes    [][]byte    `json:"routes"`
	Endpoints [][]byte    `json:"endpoints"`
}

// Query is a request, and where it must end.
type Query struct {
	Name     string             `json:"name"`
	Host     string             `json:"host"`
	Port     int                `json:"port"`
	Protocol string             `json:"protocol"` // http (default), http2, grpc, tcp, tls
	SNI      string             `json:"sni"`
	Method   string             `json:"method"`
	Path     string             `json:"path"`
	Headers  map[string]string  `json:"headers"`
	App      string             `json:"app"`
	PodPort  int                `json:"podPort"`
	Down     []string           `json:"down"`
	Expect   map[string]float64 `json:"expect"` // percent by place
	Proxy    string             `json:"proxy"`
	To       string             `json:"to"` // the address that the caller dials
}

// ask lets the judge compute the configuration of a scene, where some pods may be gone.
func ask(judge, release, scene string, gone ...string) (*Fleet, error) {
	args := []string{"-gone", strings.Join(gone, ","), "proxies", scene}
	if release != "" {
		args = append([]string{"-proxy-version", release}, args...)
	}
	var out, words bytes.Buffer
	cmd := exec.Command(judge, args...)
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s%s", judge, err, out.String(), words.String())
	}
	f := &Fleet{}
	if err := json.NewDecoder(bufio.NewReader(&out)).Decode(f); err != nil {
		return nil, fmt.Errorf("%s: %w", judge, err)
	}
	for _, p := range f.Proxies {
		if p.NoSidecar {
			return nil, fmt.Errorf("%s: pod %s has no sidecar", scene, p.Name)
		}
	}
	return f, nil
}

// inState is a scene with other bundles: those of a directory with a file or a folder for each cluster.
func inState(scene, bundles, below string) (string, error) {
	for _, name := range []string{"world.yaml", "queries.yaml"} {
		text, err := os.ReadFile(scene + "/" + name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(below+"/"+name, text, 0o600); err != nil {
			return "", err
		}
	}
	return below, os.Symlink(bundles, below+"/bundles")
}

// app is the label that is meant: pods with another one are another place.
func (q *Query) app() string {
	if q.App != "" {
		return q.App
	}
	app, _, _ := strings.Cut(q.Host, ".")
	return app
}

func (q *Query) String() string {
	return fmt.Sprintf("%s:%d %s", q.Host, q.Port, q.Name)
}

// down tells whether a query names this proxy as down: CLUSTER/VERSION, CLUSTER/POD, CLUSTER/*, CLUSTER/gateway.
func (q *Query) down(p *Proxy) bool {
	for _, d := range q.Down {
		cluster, what, _ := strings.Cut(d, "/")
		if cluster != p.Cluster {
			continue
		}
		switch {
		case p.Kind == "gateway" && what == "gateway", p.Kind == "pod" && (what == "*" || what == p.Version || what == p.Name):
			return true
		}
	}
	return false
}
