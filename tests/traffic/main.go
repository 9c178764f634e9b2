// Command traffic sends real requests through real Envoys that have real Istio's configuration, and counts where they land;
// see README.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

var (
	judge    = flag.String("judge", "", "the program of tests/istio")
	release  = flag.String("release", "", "the Istio release that proxies announce, if not the judge's")
	envoy    = flag.String("envoy", "", "Envoy")
	requests = flag.Int("requests", 300, "how many are counted for each query")
	fresh    = flag.Bool("fresh", false, "callers' proxies send each request over a connection of its own: gateways share connections")
	keep     = flag.Bool("keep", false, "leave the folder with the logs of all Envoys")
	seed     = flag.Uint64("seed", 1, "rollout: in which order proxies learn of a state")
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, `usage: traffic -judge PROGRAM -envoy PROGRAM [flags] count SCENE...
       traffic -judge PROGRAM -envoy PROGRAM [flags] rollout OLD NEW STATE...`)
		flag.PrintDefaults()
		os.Exit(2)
	}
	flag.Parse()
	args := flag.Args()
	if *judge == "" || *envoy == "" || len(args) < 2 {
		flag.Usage()
	}
	lock, err := alone()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer lock.Close()
	code := 0
	switch {
	case args[0] == "count":
		for _, scene := range args[1:] {
			code = max(code, said(scene, countScene))
		}
	case args[0] == "rollout" && len(args) > 3:
		code = said(args[2], func(string) ([]*Answer, error) { return rollout(args[1], args[2], args[3:]) })
	default:
		flag.Usage()
	}
	_ = lock.Close()
	os.Exit(code)
}

// alone waits for the only lock that there is: addresses of the loopback are shared by all that run on this machine.
func alone() (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "meshgen-traffic.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return f, syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

// Answer is what came of one query.
type Answer struct {
	Scene string `json:"scene"`
	Query string `json:"query"`
	*Counts
	// Lost requests: under a kill or a change, those that ended elsewhere than before and after, or nowhere.
	Lost int `json:"lost"`
	// Sent while something was killed, or changed.
	Sent        int      `json:"sent"`
	Differences []string `json:"differences"`
	// Replaced is what stock Envoy does not have, of the whole scene.
	Replaced Replaced `json:"replaced,omitempty"`
}

// said prints answers, one a line, and gives the exit code: 1 for a difference, 2 for what could not be tried.
func said(scene string, judge func(string) ([]*Answer, error)) int {
	answers, err := judge(scene)
	code := 0
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, a := range answers {
		a.Scene = scene
		if a.Differences == nil {
			a.Differences = []string{}
		}
		if len(a.Differences) > 0 {
			code = 1
		}
		_ = out.Encode(a)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", scene, err)
		return 2
	}
	return code
}
