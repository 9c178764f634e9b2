// A change, state by state, while requests run: each proxy learns of a state at another moment.

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// between two proxies that learn of a state: requests meet the mixture.
const between = 100 * time.Millisecond

// load is one query, sent again and again.
type load struct {
	query  *Query
	places map[string]bool // where it may land meanwhile
	counts *Counts
	lost   int
	first  string // what was lost first, and when
	stop   chan struct{}
	done   sync.WaitGroup
}

// rollout begins with the bundles of one scene, goes through states, and ends with the bundles of another scene. Both have the world
// of before and after, and the same queries, each with what it expects. A state is a directory of bundles.
func rollout(before, after string, states []string) ([]*Answer, error) {
	old, err := ask(*judge, *release, before)
	if err != nil {
		return nil, err
	}
	s, err := raise(*envoy, old)
	if s != nil {
		defer s.drop(*keep)
	}
	if err != nil {
		return nil, err
	}
	last, err := ask(*judge, *release, after)
	if err != nil {
		return nil, err
	}
	if len(old.Queries) != len(last.Queries) {
		return nil, fmt.Errorf("%s and %s ask for different things", before, after)
	}
	var answers []*Answer
	var loads []*load
	for i, q := range old.Queries {
		a := s.count(q)
		for j, d := range a.Differences {
			a.Differences[j] = "before: " + d
		}
		answers = append(answers, a)
		l := &load{query: q, places: map[string]bool{}, counts: newCounts(), stop: make(chan struct{})}
		for _, shares := range []map[string]float64{q.shares(), last.Queries[i].shares()} {
			for place := range shares {
				l.places[place] = true
			}
		}
		loads = append(loads, l)
	}
	now := "the beginning"
	var mu sync.Mutex
	for _, l := range loads {
		l.done.Add(1)
		go l.run(s.dial(l.query), func() string { mu.Lock(); defer mu.Unlock(); return now })
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	err = func() error {
		for _, state := range append(slices.Clone(states), "") {
			f := last
			if state != "" {
				below, err := os.MkdirTemp(s.folder, "state")
				if err != nil {
					return err
				}
				absolute, err := filepath.Abs(state)
				if err != nil {
					return err
				}
				scene, err := inState(after, absolute, below)
				if err != nil {
					return err
				}
				if f, err = ask(*judge, *release, scene); err != nil {
					return err
				}
			}
			s.fleet = f
			var told []*Proxy
			for _, p := range f.Proxies {
				if s.envoys[p.ID] != nil {
					told = append(told, p)
				}
			}
			random.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
			for _, p := range told {
				mu.Lock()
				now = fmt.Sprintf("%s at %s", filepath.Base(state), p.ID)
				mu.Unlock()
				if err := s.tell(p); err != nil {
					return err
				}
				time.Sleep(between)
			}
			if r := s.control.refusals(); len(r) > 0 {
				return fmt.Errorf("%s: %v", state, r)
			}
		}
		return nil
	}()
	for _, l := range loads {
		close(l.stop)
		l.done.Wait()
	}
	if err != nil {
		return answers, err
	}
	for i, l := range loads {
		q := last.Queries[i]
		end := s.count(q)
		a := answers[i]
		for _, d := range end.Differences {
			a.Differences = append(a.Differences, "after: "+d)
		}
		a.Counts, a.Lost, a.Sent = l.counts, l.lost, l.counts.total()
		if l.lost > 0 {
			a.Differences = append(a.Differences, fmt.Sprintf("%d of %d requests lost, the first after %s", l.lost, a.Sent, l.first))
		}
	}
	answers[0].Replaced = s.replaced
	return answers, nil
}

func (l *load) run(address string, now func() string) {
	defer l.done.Done()
	c := newClient(l.query, address)
	defer c.close()
	for {
		select {
		case <-l.stop:
			return
		default:
		}
		place, why := c.send()
		l.counts.add(place, why)
		if !l.places[place] {
			l.lost++
			if l.first == "" {
				l.first = fmt.Sprintf("%s: %s %s", now(), place, why)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
}
