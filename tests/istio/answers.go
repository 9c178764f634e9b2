// What is said of every query: where it ends, how that differs from what it expects, and what happens on the way.

package main

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
)

// Answer is what -json prints, one line for each query.
type Answer struct {
	Scene string `json:"scene"`
	Query string `json:"query"`
	// Error: why the query could not be followed.
	Error string `json:"error,omitempty"`
	// Distribution: percents by place.
	Distribution map[string]float64 `json:"distribution"`
	// Differences from what the query expects.
	Differences []string `json:"differences"`
	// Features of the routes taken.
	Features []string `json:"features"`
	Notes    []string `json:"notes"`
	Leaves   []Leaf   `json:"leaves,omitempty"`
	// Rejected: documents that an API server would refuse; they were left out.
	Rejected []string `json:"rejected"`
	// Ignored: objects that no istiod reads.
	Ignored []string `json:"ignored"`
}

// runTrace answers the queries of all scenes: 1 if one of them ends elsewhere than expected, 2 if one could not be judged.
func runTrace(dirs []string) int {
	code := 0
	for _, dir := range dirs {
		code = max(code, traceScene(dir))
	}
	if !jsonOut {
		fmt.Println(simulatorText())
	}
	return code
}

func traceScene(dir string) (code int) {
	f := &failer{}
	defer f.done()
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(fatal)
			if !ok {
				panic(r)
			}
			fmt.Printf("%s: istiod: %s\n", dir, string(x))
			code = 2
		}
	}()
	scene, controls, err := startScene(f, dir)
	if err != nil {
		fmt.Printf("%s: %v\n", dir, err)
		return 2
	}
	var rejected, ignored []string
	for _, cl := range scene.World.Clusters {
		rejected = append(rejected, controls[cl.Name].Rejected...)
		ignored = append(ignored, controls[cl.Name].Ignored...)
	}
	for _, q := range scene.Queries.Queries {
		a := answer(controls, q)
		a.Scene, a.Rejected, a.Ignored = dir, rejected, ignored
		if a.Error != "" || len(a.Differences) > 0 {
			code = 1
		}
		a.print()
	}
	return code
}

func startScene(f *failer, dir string) (*Scene, map[string]*Control, error) {
	scene, err := loadScene(dir)
	if err != nil {
		return nil, nil, err
	}
	controls, err := startControls(f, scene)
	return scene, controls, err
}

func answer(controls map[string]*Control, q *Query) *Answer {
	out, err := runQuery(controls, q)
	if err != nil {
		return &Answer{Query: q.Name, Error: err.Error()}
	}
	return &Answer{
		Query: q.Name, Distribution: out.Dist, Differences: compare(q, out),
		Features: out.Features, Notes: out.Notes, Leaves: out.Leaves,
	}
}

func (a *Answer) print() {
	if jsonOut {
		if !verbose {
			a.Leaves = nil
		}
		printJSON(a)
		return
	}
	status := "ok  "
	if a.Error != "" || len(a.Differences) > 0 {
		status = "FAIL"
	}
	fmt.Printf("%s %s: %s: %s%s\n", status, a.Scene, a.Query, distText(a.Distribution), a.Error)
	for _, d := range a.Differences {
		fmt.Printf("     %s\n", d)
	}
	for _, r := range a.Rejected {
		fmt.Printf("     refused by validation: %s\n", r)
	}
	for _, r := range a.Ignored {
		fmt.Printf("     not read: %s\n", r)
	}
	for _, n := range a.Notes {
		fmt.Printf("     note: %s\n", n)
	}
	if !verbose && status == "ok  " {
		return
	}
	for _, x := range a.Features {
		fmt.Printf("     feature: %s\n", x)
	}
	for _, l := range a.Leaves {
		fmt.Printf("     %.4g%% %s\n", l.Weight, l.Key)
		for _, h := range l.Hops {
			fmt.Printf("        %s\n", h)
		}
	}
}

func distText(d map[string]float64) string {
	var k []string
	for x := range d {
		k = append(k, x)
	}
	sort.Strings(k)
	for i, x := range k {
		k[i] = fmt.Sprintf("%s=%.4g", x, d[x])
	}
	return strings.Join(k, " ")
}

// compare lists what is not as the query expects.
func compare(q *Query, o *Outcome) []string {
	tol := q.Tolerance
	if tol == 0 {
		tol = 0.01
	}
	var out []string
	if q.Expect != nil {
		for k, v := range q.Expect {
			if math.Abs(o.Dist[k]-v) > tol {
				out = append(out, fmt.Sprintf("expected %s=%.4g, got %.4g", k, v, o.Dist[k]))
			}
		}
		for k, v := range o.Dist {
			if _, ok := q.Expect[k]; !ok && v > tol {
				out = append(out, fmt.Sprintf("unexpected %s=%.4g", k, v))
			}
		}
	}
	all := strings.Join(o.Features, "\n")
	for _, x := range q.ExpectFeatures {
		if !strings.Contains(all, x) {
			out = append(out, fmt.Sprintf("expected feature %q is missing", x))
		}
	}
	for _, x := range q.ForbidFeatures {
		if strings.Contains(all, x) {
			out = append(out, fmt.Sprintf("feature %q must not be there", x))
		}
	}
	sort.Strings(out)
	return out
}

func printJSON(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(b))
}
