// How many requests landed where, and whether that is what was expected: by chance, a share strays no further than five sigma.

package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// failed is the place of all requests that nobody answered.
const failed = "error"

const sigmas = 5

// Counts are requests by place, and errors by reason.
type Counts struct {
	Places  map[string]int `json:"places"`
	Reasons map[string]int `json:"reasons,omitempty"`
}

func newCounts() *Counts { return &Counts{Places: map[string]int{}, Reasons: map[string]int{}} }

func (c *Counts) add(place, why string) {
	c.Places[place]++
	if why != "" {
		c.Reasons[why]++
	}
}

func (c *Counts) total() (n int) {
	for _, k := range c.Places {
		n += k
	}
	return n
}

// shares are the expected ones, dead ends of all kinds in one.
func (q *Query) shares() map[string]float64 {
	out := map[string]float64{}
	for place, percent := range q.Expect {
		if strings.HasPrefix(place, "error:") {
			place = failed
		}
		out[place] += percent / 100
	}
	return out
}

// differences from the expected shares.
func (c *Counts) differences(q *Query) []string {
	want, n := q.shares(), float64(c.total())
	var out []string
	places := maps.Clone(want)
	for p := range c.Places {
		places[p] += 0
	}
	for _, place := range slices.Sorted(maps.Keys(places)) {
		p, k := want[place], float64(c.Places[place])
		p = math.Min(p, 1)
		allowed := sigmas * math.Sqrt(n*p*(1-p))
		if off := math.Abs(k - n*p); off > allowed+0.5 {
			out = append(out, fmt.Sprintf("%s: %.0f of %.0f, expected %.0f ± %.0f", place, k, n, n*p, math.Ceil(allowed)))
		}
	}
	if len(out) > 0 {
		for _, why := range slices.Sorted(maps.Keys(c.Reasons)) {
			out = append(out, fmt.Sprintf("%d × %s", c.Reasons[why], why))
		}
	}
	return out
}
