// The queries of one scene, counted: first with everything there, then under the load of each kill.

package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// before and after a kill, while requests run.
	calm = 100 * time.Millisecond
	// until control planes hear of dead pods.
	unheard = time.Second
	// enough answers in a row, after a kill, for what was dead to be left out.
	inARow = 50
	// or so long, where some requests have nowhere to go.
	settling = 4 * time.Second
)

func countScene(scene string) ([]*Answer, error) {
	f, err := ask(*judge, *release, scene)
	if err != nil {
		return nil, err
	}
	s, err := raise(*envoy, f)
	if s != nil {
		defer s.drop(*keep)
	}
	if err != nil {
		return nil, err
	}
	var answers []*Answer
	for _, q := range f.Queries {
		if len(q.Down) > 0 {
			continue
		}
		answers = append(answers, s.count(q))
	}
	for _, q := range f.Queries {
		if len(q.Down) == 0 {
			continue
		}
		a, err := s.countKilled(q)
		if err != nil {
			return answers, fmt.Errorf("%s: %w", q, err)
		}
		answers = append(answers, a)
	}
	if len(answers) > 0 {
		answers[0].Replaced = s.replaced
		answers[0].Differences = append(answers[0].Differences, f.Rejected...)
	}
	return answers, nil
}

// count sends as many requests as are asked for.
func (s *Stage) count(q *Query) *Answer {
	a := &Answer{Query: q.Name, Counts: newCounts()}
	c := newClient(q, s.dial(q))
	defer c.close()
	for range *requests {
		a.add(c.send())
	}
	a.Differences = a.Counts.differences(q)
	return a
}

// countKilled kills what a query names as down while its requests run, and counts when they have found another way.
func (s *Stage) countKilled(q *Query) (*Answer, error) {
	var lost, sent, row atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		c := newClient(q, s.dial(q))
		defer c.close()
		for {
			select {
			case <-stop:
				return
			default:
			}
			sent.Add(1)
			if place, _ := c.send(); place == failed {
				lost.Add(1)
				row.Store(0)
			} else {
				row.Add(1)
			}
		}
	}()
	time.Sleep(calm)
	gone := s.kill(q)
	time.Sleep(unheard)
	whole := s.fleet
	heard, err := ask(*judge, *release, whole.Scene, q.Down...)
	if err != nil {
		return nil, err
	}
	if err := s.learn(heard); err != nil {
		return nil, err
	}
	row.Store(0)
	for end := time.Now().Add(settling); row.Load() < inARow && time.Now().Before(end); {
		time.Sleep(calm / 10)
	}
	close(stop)
	<-stopped
	a := s.count(q)
	a.Lost, a.Sent = int(lost.Load()), int(sent.Load())
	if len(gone) == 0 {
		a.Differences = append(a.Differences, fmt.Sprintf("nothing of %v was there to kill", q.Down))
	}
	if err := s.learn(whole); err != nil {
		return a, err
	}
	return a, s.revive(gone, q)
}
