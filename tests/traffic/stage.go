// A scene whose proxies and applications run.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Stage is where requests are sent.
type Stage struct {
	program   string // Envoy
	folder    string
	fleet     *Fleet
	addresses *Addresses
	apps      *Apps
	ids       *Identities
	control   *Control
	envoys    map[string]*Envoy
	replaced  Replaced
}

// raise starts everything that the queries of a fleet may meet.
func raise(program string, f *Fleet) (*Stage, error) {
	folder, err := os.MkdirTemp("", "traffic")
	if err != nil {
		return nil, err
	}
	s := &Stage{
		program: program, folder: folder, fleet: f, addresses: &Addresses{given: map[string]string{}},
		envoys: map[string]*Envoy{}, replaced: Replaced{},
	}
	if s.ids, err = newIdentities(); err != nil {
		return s, err
	}
	if s.apps, err = newApps(folder, s.ids); err != nil {
		return s, err
	}
	if s.control, err = startControl(filepath.Join(folder, "xds")); err != nil {
		return s, err
	}
	for _, p := range f.Proxies {
		if !f.meets(p) {
			continue
		}
		if err := s.tell(p); err != nil {
			return s, err
		}
		if err := s.start(p); err != nil {
			return s, err
		}
	}
	return s, s.ready()
}

// meets tells whether a query may pass a proxy: all callers and gateways, and the pods that a query is for, or may end at.
func (f *Fleet) meets(p *Proxy) bool {
	return p.Kind != "pod" || slices.ContainsFunc(f.Queries, func(q *Query) bool {
		return q.app() == p.App || q.expects(p.Cluster+"/"+p.App+":"+p.Version)
	})
}

func (s *Stage) tell(p *Proxy) error {
	cfg, err := configure(s.fleet, p, s.addresses, s.apps, s.ids, s.replaced)
	if err != nil {
		return fmt.Errorf("%s: %w", p.ID, err)
	}
	return s.control.push(p.ID, cfg)
}

func (s *Stage) start(p *Proxy) error {
	e, err := startEnvoy(s.program, s.folder, s.control.socket, p)
	if err == nil {
		s.envoys[p.ID] = e
	}
	return err
}

func (s *Stage) ready() error {
	for _, p := range s.fleet.Proxies {
		e := s.envoys[p.ID]
		if e == nil {
			continue
		}
		if err := e.ready(); err != nil {
			log, _ := os.ReadFile(p.file(s.folder, "log"))
			return fmt.Errorf("%w: %v: %s", err, s.control.refusals(), log)
		}
	}
	if r := s.control.refusals(); len(r) > 0 {
		return fmt.Errorf("%v", r)
	}
	return nil
}

// learn tells all proxies what their control planes say now.
func (s *Stage) learn(f *Fleet) error {
	s.fleet = f
	for _, p := range f.Proxies {
		if s.envoys[p.ID] != nil {
			if err := s.tell(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// kill ends the proxies that a query names as down, with the pods that they are.
func (s *Stage) kill(q *Query) (gone []*Proxy) {
	for _, p := range s.fleet.Proxies {
		if e := s.envoys[p.ID]; e != nil && q.down(p) {
			e.kill()
			gone = append(gone, p)
		}
	}
	return gone
}

// revive brings them back, and a caller's proxy that remembers nothing.
func (s *Stage) revive(gone []*Proxy, q *Query) error {
	for _, p := range s.fleet.Proxies {
		if p.ID == q.Proxy {
			s.envoys[p.ID].kill()
			gone = append(gone, p)
		}
	}
	for _, p := range gone {
		if err := s.start(p); err != nil {
			return err
		}
	}
	return s.ready()
}

// dial is where the requests of a query are sent.
func (s *Stage) dial(q *Query) string {
	for _, p := range s.fleet.Proxies {
		if p.ID == q.Proxy && p.Kind == "gateway" {
			port := q.Port
			if pod := p.Ports[port]; pod != 0 {
				port = pod
			}
			return fmt.Sprintf("%s:%d", s.addresses.at("", q.To), port)
		}
	}
	return fmt.Sprintf("%s:%d", s.addresses.at(q.Proxy, q.To), q.Port)
}

func (s *Stage) drop(keep bool) {
	for _, e := range s.envoys {
		e.kill()
	}
	if s.control != nil {
		s.control.grpc.Stop()
	}
	if !keep {
		_ = os.RemoveAll(s.folder)
	}
}
