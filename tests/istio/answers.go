// What is said of every query: where it ends, how that differs from what it expects, and what happens on the way.

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"sort"
	"strings"

	"istio.io/istio/pilot/pkg/model"
)

// enough memory, in bytes, unless GOMEMLIMIT says otherwise.
const enough = 700 << 20

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
	// Refused: what istiod itself says against routes of the Gateway API, in their status.
	Refused []string `json:"refused"`
	// Ignored: objects that no istiod reads, or that change no answer here.
	Ignored []string `json:"ignored"`
}

// runTrace answers the queries of all scenes: 1 if one of them ends elsewhere than expected, 2 if one could not be judged.
// Some scenes are followed at a time; they are printed in their order.
func runTrace(dirs []string) int {
	debug.SetGCPercent(300)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(enough) // servers that have ended take a few seconds to go; rather collect more often than grow
	}
	type result struct {
		text bytes.Buffer
		code int
	}
	results := make([]chan *result, len(dirs))
	for i := range results {
		results[i] = make(chan *result, 1)
	}
	go func() {
		free := make(chan struct{}, max(jobs, 1))
		for i, dir := range dirs {
			free <- struct{}{}
			go func() {
				r := &result{}
				r.code = traceScene(&r.text, dir)
				results[i] <- r
				<-free
			}()
		}
	}()
	code := 0
	for _, c := range results {
		r := <-c
		_, _ = os.Stdout.Write(r.text.Bytes())
		code = max(code, r.code)
	}
	if !jsonOut {
		fmt.Println(simulatorText())
	}
	return code
}

func traceScene(w io.Writer, dir string) (code int) {
	f := &failer{}
	defer f.done()
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(fatal)
			if !ok {
				panic(r)
			}
			fmt.Fprintf(w, "%s: istiod: %s\n", dir, string(x))
			code = 2
		}
	}()
	scene, controls, err := startScene(f, dir)
	if err != nil {
		fmt.Fprintf(w, "%s: %v\n", dir, err)
		return 2
	}
	var rejected, refused, ignored []string
	for _, cl := range scene.World.Clusters {
		rejected = append(rejected, controls[cl.Name].Rejected...)
		refused = append(refused, controls[cl.Name].refusals()...)
		ignored = append(ignored, controls[cl.Name].Ignored...)
	}
	for _, q := range scene.Queries.Queries {
		a := answer(controls, q)
		a.Scene, a.Rejected, a.Refused, a.Ignored = dir, rejected, refused, ignored
		if a.Error != "" || len(a.Differences) > 0 {
			code = 1
		}
		a.print(w)
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

func (a *Answer) print(w io.Writer) {
	if jsonOut {
		if !verbose {
			a.Leaves = nil
		}
		printJSON(w, a)
		return
	}
	status := "ok  "
	if a.Error != "" || len(a.Differences) > 0 {
		status = "FAIL"
	}
	fmt.Fprintf(w, "%s %s: %s: %s%s\n", status, a.Scene, a.Query, distText(a.Distribution), a.Error)
	for _, d := range a.Differences {
		fmt.Fprintf(w, "     %s\n", d)
	}
	for _, r := range a.Rejected {
		fmt.Fprintf(w, "     refused by validation: %s\n", r)
	}
	for _, r := range a.Refused {
		fmt.Fprintf(w, "     refused by istiod: %s\n", r)
	}
	for _, r := range a.Ignored {
		fmt.Fprintf(w, "     not read: %s\n", r)
	}
	for _, n := range a.Notes {
		fmt.Fprintf(w, "     note: %s\n", n)
	}
	if !verbose && status == "ok  " {
		return
	}
	for _, x := range a.Features {
		fmt.Fprintf(w, "     feature: %s\n", x)
	}
	for _, l := range a.Leaves {
		fmt.Fprintf(w, "     %.4g%% %s\n", l.Weight, l.Key)
		for _, h := range l.Hops {
			fmt.Fprintf(w, "        %s\n", h)
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

// expected is what the query says for the release of the proxies.
func (q *Query) expected() map[string]float64 {
	out, last := q.Expect, ""
	for from, want := range q.ExpectFrom {
		if notOlder(proxyVersion, from) && (last == "" || notOlder(from, last)) {
			out, last = want, from
		}
	}
	return out
}

func notOlder(a, b string) bool {
	return model.ParseIstioVersion(a+".0").Compare(model.ParseIstioVersion(b+".0")) >= 0 // 1.31 alone would be its last patch
}

// compare lists what is not as the query expects.
func compare(q *Query, o *Outcome) []string {
	tol := q.Tolerance
	if tol == 0 {
		tol = 0.01
	}
	var out []string
	if want := q.expected(); want != nil {
		for k, v := range want {
			if math.Abs(o.Dist[k]-v) > tol {
				out = append(out, fmt.Sprintf("expected %s=%.4g, got %.4g", k, v, o.Dist[k]))
			}
		}
		for k, v := range o.Dist {
			if _, ok := want[k]; !ok && v > tol {
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

func printJSON(w io.Writer, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(w, string(b))
}
