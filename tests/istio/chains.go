// Which listener and which filter chain Envoy picks.

package main

import (
	"fmt"
	"net"
	"net/netip"
	"sort"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// conn is what a listener sees of a connection.
type conn struct {
	tls  string // "" plain, "mtls" Istio mutual TLS, "tls" any other TLS
	sni  string
	alpn []string
	sans []*matcherv3.StringMatcher // what the client requires of the server certificate
	id   string                     // the name in the client's certificate, if Istio issued it
	http string                     // "http/1.1", "h2c" or "" for opaque bytes (inside TLS, if any)
	src  string
}

func (c conn) String() string {
	switch c.tls {
	case "":
		return "plaintext"
	default:
		return fmt.Sprintf("%s sni=%s alpn=%s", c.tls, c.sni, strings.Join(c.alpn, ","))
	}
}

func isIP(s string) bool { return net.ParseIP(s) != nil }

// matchListener follows iptables + Envoy: exact address, then wildcard, then the virtual outbound listener.
func matchListener(ls []*listenerv3.Listener, addr string, port int, fallback string) *listenerv3.Listener {
	has := func(l *listenerv3.Listener, a string) bool {
		sa := l.GetAddress().GetSocketAddress()
		if sa.GetAddress() == a && int(sa.GetPortValue()) == port {
			return true
		}
		for _, x := range l.AdditionalAddresses {
			sa := x.GetAddress().GetSocketAddress()
			if sa.GetAddress() == a && int(sa.GetPortValue()) == port {
				return true
			}
		}
		return false
	}
	for _, a := range []string{addr, "0.0.0.0", "::"} {
		for _, l := range ls {
			if l.Name == "virtualOutbound" || l.Name == "virtualInbound" {
				continue
			}
			if has(l, a) {
				return l
			}
		}
	}
	for _, l := range ls {
		if fallback != "" && l.Name == fallback {
			return l
		}
	}
	return nil
}

func hasListenerFilter(l *listenerv3.Listener, name string, port int) bool {
	for _, f := range l.ListenerFilters {
		if f.Name == name {
			return !disabledOn(f.FilterDisabled, port)
		}
	}
	return false
}

func disabledOn(p *listenerv3.ListenerFilterChainMatchPredicate, port int) bool {
	if p == nil {
		return false
	}
	switch r := p.Rule.(type) {
	case *listenerv3.ListenerFilterChainMatchPredicate_NotMatch:
		return !disabledOn(r.NotMatch, port)
	case *listenerv3.ListenerFilterChainMatchPredicate_OrMatch:
		for _, x := range r.OrMatch.Rules {
			if disabledOn(x, port) {
				return true
			}
		}
		return false
	case *listenerv3.ListenerFilterChainMatchPredicate_AndMatch:
		for _, x := range r.AndMatch.Rules {
			if !disabledOn(x, port) {
				return false
			}
		}
		return true
	case *listenerv3.ListenerFilterChainMatchPredicate_AnyMatch:
		return r.AnyMatch
	case *listenerv3.ListenerFilterChainMatchPredicate_DestinationPortRange:
		return port >= int(r.DestinationPortRange.Start) && port < int(r.DestinationPortRange.End)
	}
	return false
}

// matchChain is the filter chain sieve of Envoy: destination port, destination IP, server name, transport protocol,
// application protocol. At each step the best rank wins and chains without the criterion only count if none ranks.
func matchChain(l *listenerv3.Listener, addr string, port int, c conn) (*listenerv3.FilterChain, error) {
	inspectTLS := hasListenerFilter(l, "envoy.filters.listener.tls_inspector", port)
	inspectHTTP := hasListenerFilter(l, "envoy.filters.listener.http_inspector", port)
	transport, sni := "raw_buffer", ""
	var alpn []string
	if c.tls != "" && inspectTLS {
		transport, sni, alpn = "tls", c.sni, c.alpn
	}
	if c.tls == "" && inspectHTTP && c.http != "" {
		alpn = []string{c.http}
	}
	chains := l.FilterChains
	step := func(isSet func(m *listenerv3.FilterChainMatch) bool, rank func(m *listenerv3.FilterChainMatch) int) {
		best, any := 0, false
		var res []*listenerv3.FilterChain
		for _, fc := range chains {
			m := fc.GetFilterChainMatch()
			if m == nil {
				m = &listenerv3.FilterChainMatch{}
			}
			if !isSet(m) {
				continue
			}
			any = true
			r := rank(m)
			if r > best {
				best, res = r, nil
			}
			if r == best && r > 0 {
				res = append(res, fc)
			}
		}
		if !any {
			return
		}
		if len(res) > 0 {
			chains = res
			return
		}
		for _, fc := range chains {
			m := fc.GetFilterChainMatch()
			if m == nil || !isSet(m) {
				res = append(res, fc)
			}
		}
		chains = res
	}
	step(func(m *listenerv3.FilterChainMatch) bool { return m.DestinationPort != nil }, func(m *listenerv3.FilterChainMatch) int {
		if int(m.DestinationPort.GetValue()) == port {
			return 1
		}
		return 0
	})
	ip, _ := netip.ParseAddr(addr)
	step(func(m *listenerv3.FilterChainMatch) bool { return len(m.PrefixRanges) > 0 }, func(m *listenerv3.FilterChainMatch) int {
		best := 0
		for _, r := range m.PrefixRanges {
			p, err := netip.ParsePrefix(fmt.Sprintf("%s/%d", r.AddressPrefix, r.GetPrefixLen().GetValue()))
			if err == nil && ip.IsValid() && p.Contains(ip) && p.Bits()+1 > best {
				best = p.Bits() + 1
			}
		}
		return best
	})
	step(func(m *listenerv3.FilterChainMatch) bool { return len(m.ServerNames) > 0 }, func(m *listenerv3.FilterChainMatch) int {
		best := 0
		for _, s := range m.ServerNames {
			switch {
			case sni != "" && strings.EqualFold(s, sni):
				best = 1 << 20
			case strings.HasPrefix(s, "*.") && strings.HasSuffix(strings.ToLower(sni), strings.ToLower(s[1:])) && len(s) > best:
				best = len(s)
			}
		}
		return best
	})
	step(func(m *listenerv3.FilterChainMatch) bool { return m.TransportProtocol != "" }, func(m *listenerv3.FilterChainMatch) int {
		if m.TransportProtocol == transport {
			return 1
		}
		return 0
	})
	step(func(m *listenerv3.FilterChainMatch) bool { return len(m.ApplicationProtocols) > 0 }, func(m *listenerv3.FilterChainMatch) int {
		for i, a := range alpn {
			for _, b := range m.ApplicationProtocols {
				if a == b {
					return 1000 - i
				}
			}
		}
		return 0
	})
	switch len(chains) {
	case 0:
		if l.DefaultFilterChain != nil {
			return l.DefaultFilterChain, nil
		}
		return nil, fmt.Errorf("no filter chain of %s matches %s", l.Name, c)
	case 1:
		return chains[0], nil
	}
	return nil, fmt.Errorf("%d filter chains of %s match %s", len(chains), l.Name, c)
}

// duplicateChains reports what makes Envoy reject the whole listener: two chains with an overlapping match.
func duplicateChains(l *listenerv3.Listener) []string {
	seen := map[string]string{}
	var out []string
	for _, fc := range l.FilterChains {
		m := fc.GetFilterChainMatch()
		var ranges []string
		for _, r := range m.GetPrefixRanges() {
			ranges = append(ranges, fmt.Sprintf("%s/%d", r.AddressPrefix, r.GetPrefixLen().GetValue()))
		}
		names := m.GetServerNames()
		if len(names) == 0 {
			names = []string{""}
		}
		alpns := m.GetApplicationProtocols()
		if len(alpns) == 0 {
			alpns = []string{""}
		}
		if len(ranges) == 0 {
			ranges = []string{""}
		}
		for _, r := range ranges {
			for _, n := range names {
				for _, a := range alpns {
					k := fmt.Sprint(m.GetDestinationPort().GetValue(), "|", r, "|", strings.ToLower(n), "|", m.GetTransportProtocol(), "|", a, "|", m.GetSourceType(), m.GetSourcePorts(), m.GetSourcePrefixRanges())
					if prev, ok := seen[k]; ok {
						out = append(out, fmt.Sprintf("listener %s: filter chains %q and %q overlap (%s)", l.Name, prev, fc.Name, k))
					}
					seen[k] = fc.Name
				}
			}
		}
	}
	sort.Strings(out)
	return out
}
