// Command judge says what real Istio does with the bundles of several clusters; see README.md.
package main

import (
	"flag"
	"fmt"
	"os"

	istiolog "istio.io/istio/pkg/log"
)

var (
	proxyVersion   = builtWith
	verbose        bool
	jsonOut        bool
	jobs           = 4
	remoteContexts bool
	gone           string
)

func usage() {
	fmt.Fprintln(os.Stderr, `usage: judge [flags] trace SCENE...
       judge [flags] validate SCENE...
       judge [flags] bootstrap SCENE...
       judge [flags] proxies SCENE...
       judge match <PAIRS
       judge [flags] dump SCENE CLUSTER (gateway NAME|caller NAMESPACE KEY=VALUE,...|workload NAMESPACE POD)`)
	flag.PrintDefaults()
	os.Exit(2)
}

func main() {
	flag.BoolVar(&verbose, "v", false, "trace: every hop, also of queries that end as expected")
	flag.StringVar(&proxyVersion, "proxy-version", proxyVersion, "the Istio release that proxies announce")
	flag.BoolVar(&jsonOut, "json", false, "one JSON object a line instead of text")
	flag.BoolVar(&remoteContexts, "remote-contexts", false, "validate: analyze the clusters that an istiod reads together with its own")
	flag.IntVar(&jobs, "j", jobs, "trace: scenes at a time")
	flag.StringVar(&gone, "gone", "", "proxies: pods that are not there any more, as queries name what is down: CLUSTER/VERSION,CLUSTER/*,...")
	logs := flag.String("log", "none", "what istiod logs: none, error, warn, info, debug")
	flag.Usage = usage
	flag.Parse()
	options := istiolog.DefaultOptions()
	setLog(options, *logs)
	_ = istiolog.Configure(options)
	args := flag.Args()
	if len(args) == 1 && args[0] == "match" {
		os.Exit(runMatch())
	}
	if len(args) < 2 {
		usage()
	}
	switch args[0] {
	case "trace":
		os.Exit(runTrace(args[1:]))
	case "validate":
		os.Exit(runValidate(args[1:]))
	case "dump":
		os.Exit(runDump(args[1:]))
	case "bootstrap":
		os.Exit(runBootstrap(args[1:]))
	case "proxies":
		os.Exit(runProxies(args[1:]))
	}
	usage()
}
