// Envoy, a process for each proxy.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Envoy is one that runs.
type Envoy struct {
	proxy *Proxy
	cmd   *exec.Cmd
	admin *http.Client
	ended chan struct{}
}

// As in the bootstrap of Istio's proxies.
var runtimeFlags = map[string]int{"re2.max_program_size.error_level": 32768}

func startEnvoy(program, folder string, control string, p *Proxy) (*Envoy, error) {
	pipe := func(name string) map[string]any { return map[string]any{"pipe": map[string]any{"path": name}} }
	cluster := func(name string) map[string]any {
		return map[string]any{
			"name": name, "type": "STATIC", "http2_protocol_options": map[string]any{},
			"load_assignment": map[string]any{"cluster_name": name, "endpoints": []any{map[string]any{
				"lb_endpoints": []any{map[string]any{"endpoint": map[string]any{"address": pipe(control)}}},
			}}},
		}
	}
	admin := p.file(folder, "admin")
	_ = os.Remove(admin)
	ads := map[string]any{"api_type": "GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": true, "grpc_services": []any{
		map[string]any{"envoy_grpc": map[string]string{"cluster_name": "xds-grpc"}},
	}}
	fromADS := map[string]any{"ads": map[string]any{}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"}
	node := map[string]any{"id": p.ID, "cluster": p.Cluster}
	if l := strings.Split(p.Locality, "/"); len(l) == 3 {
		node["locality"] = map[string]string{"region": l[0], "zone": l[1], "sub_zone": l[2]}
	}
	text, err := json.Marshal(map[string]any{
		"node":              node,
		"admin":             map[string]any{"address": pipe(admin)},
		"dynamic_resources": map[string]any{"ads_config": ads, "cds_config": fromADS, "lds_config": fromADS},
		"layered_runtime":   map[string]any{"layers": []any{map[string]any{"name": "istio", "static_layer": runtimeFlags}}},
		"static_resources":  map[string]any{"clusters": []any{cluster("xds-grpc"), cluster("sds-grpc")}},
	})
	if err != nil {
		return nil, err
	}
	file := p.file(folder, "json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(p.file(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(program, "-c", file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e := &Envoy{proxy: p, cmd: cmd, ended: make(chan struct{})}
	e.admin = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", admin)
	}}}
	go func() { _ = cmd.Wait(); close(e.ended) }()
	return e, nil
}

// file is one of a proxy's; names of sockets are short.
func (p *Proxy) file(folder, kind string) string {
	return filepath.Join(folder, fmt.Sprintf("%s-%08x.%s", p.Kind, crc32.ChecksumIEEE([]byte(p.ID)), kind))
}

// ready waits until it has all its configuration; until then Envoy opens no listener.
func (e *Envoy) ready() error {
	for range 600 {
		select {
		case <-e.ended:
			return fmt.Errorf("Envoy of %s ended", e.proxy.ID)
		default:
		}
		if r, err := e.admin.Get("http://admin/ready"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("Envoy of %s does not become ready", e.proxy.ID)
}

// kill ends it at once, as a machine that goes does.
func (e *Envoy) kill() {
	_ = e.cmd.Process.Kill()
	<-e.ended
}
