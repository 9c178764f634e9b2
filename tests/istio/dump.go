// The configuration of one proxy as JSON.

package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// runDump prints the xDS of one proxy as JSON lines.
func runDump(a []string) int {
	if len(a) < 4 {
		usage()
	}
	f := &failer{}
	defer f.done()
	_, ctl, err := startScene(f, a[0])
	if err != nil {
		fmt.Println(err)
		return 2
	}
	c := ctl[a[1]]
	if c == nil {
		fmt.Printf("unknown cluster %q\n", a[1])
		return 2
	}
	from := From{Cluster: a[1]}
	switch a[2] {
	case "gateway":
		from.Gateway = a[3]
	case "workload":
		if len(a) < 5 {
			usage()
		}
		from.Namespace, from.Workload = a[3], a[4]
	default:
		from.Namespace = a[3]
		from.Labels = map[string]string{}
		if len(a) > 4 {
			for _, kv := range strings.Split(a[4], ",") {
				k, v, _ := strings.Cut(kv, "=")
				from.Labels[k] = v
			}
		}
	}
	p, err := c.caller(from)
	if err != nil {
		fmt.Println(err)
		return 2
	}
	show := func(kind string, m proto.Message) {
		b, _ := protojson.Marshal(m)
		fmt.Printf("{%q:%s}\n", kind, b)
	}
	for _, x := range p.Listeners {
		show("listener", x)
	}
	for _, x := range p.RouteList {
		show("routes", x)
	}
	for _, x := range p.ClusterL {
		show("cluster", x)
	}
	for _, x := range p.Endpoints {
		show("endpoints", x)
	}
	return 0
}
