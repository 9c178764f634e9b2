// Every address of the world is one of the loopback's: a request meets real sockets, and none of this machine's others.

package main

import "fmt"

// nobody listens here: pods that a network boundary keeps apart.
const nowhere = "127.77.255.254"

// Addresses are given out as they are asked for.
type Addresses struct{ given map[string]string }

// at is the loopback's address for one of the world; scope tells apart what several proxies have of their own, such as
// the virtual addresses that a caller dials.
func (a *Addresses) at(scope, address string) string {
	key := scope + " " + address
	if a.given[key] == "" {
		n := len(a.given)
		a.given[key] = fmt.Sprintf("127.77.%d.%d", n/250, n%250+1)
	}
	return a.given[key]
}

// mapping is how one proxy reaches the addresses of others.
func (f *Fleet) mapping(a *Addresses, p *Proxy) func(string) string {
	apart := map[string]bool{}
	for _, o := range f.Proxies {
		near := o.Network == p.Network && (o.Network != "" || f.Flat)
		if o.Kind != "caller" && o.Cluster != p.Cluster && !near {
			apart[o.Addresses[0]] = true
		}
	}
	return func(address string) string {
		if apart[address] {
			return nowhere
		}
		return a.at("", address)
	}
}
