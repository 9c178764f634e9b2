// Which virtual host and which route Envoy picks.

package main

import (
	"net"
	"regexp"
	"strconv"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// request is an HTTP request as routes see it.
type request struct {
	method, scheme, authority, path string
	headers                         map[string]string
}

func (r request) header(name string) (string, bool) {
	switch strings.ToLower(name) {
	case ":method":
		return r.method, true
	case ":scheme":
		return r.scheme, true
	case ":authority", "host":
		return r.authority, true
	case ":path":
		return r.path, true
	}
	for k, v := range r.headers {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// changed is the request with the headers that a route adds and removes, as the next proxy sees it.
func (r request) changed(add []*corev3.HeaderValueOption, remove []string) request {
	if len(add)+len(remove) == 0 {
		return r
	}
	h := map[string]string{}
	for k, v := range r.headers {
		h[strings.ToLower(k)] = v
	}
	for _, k := range remove {
		delete(h, strings.ToLower(k))
	}
	for _, x := range add {
		k, v := strings.ToLower(x.Header.GetKey()), x.Header.GetValue()
		if old, ok := h[k]; ok && x.AppendAction == corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD {
			v = old + "," + v
		}
		h[k] = v
	}
	r.headers = h
	return r
}

// rewritten is the request with the host and path that a route gives it.
func (r request) rewritten(m *routev3.RouteMatch, a *routev3.RouteAction) request {
	if h := a.GetHostRewriteLiteral(); h != "" {
		r.authority = h
	}
	path, query, asked := strings.Cut(r.path, "?")
	switch {
	case a.PrefixRewrite != "":
		n := len(m.GetPrefix()) + len(m.GetPath()) + len(m.GetPathSeparatedPrefix())
		path = a.PrefixRewrite + path[min(n, len(path)):]
	case a.RegexRewrite != nil:
		if re, err := regexp.Compile(a.RegexRewrite.GetPattern().GetRegex()); err == nil {
			path = re.ReplaceAllString(path, backReference.ReplaceAllString(a.RegexRewrite.Substitution, "$${$1}"))
		}
	}
	r.path = path
	if asked {
		r.path += "?" + query
	}
	return r
}

var backReference = regexp.MustCompile(`\\(\d)`)

func matchVirtualHost(rc *routev3.RouteConfiguration, authority string) *routev3.VirtualHost {
	h := strings.ToLower(authority)
	if rc.GetIgnorePortInHostMatching() {
		if x, _, err := net.SplitHostPort(h); err == nil {
			h = x
		}
	}
	var suffix, prefix, all *routev3.VirtualHost
	ls, lp := 0, 0
	for _, vh := range rc.VirtualHosts {
		for _, d := range vh.Domains {
			d = strings.ToLower(d)
			switch {
			case d == h:
				return vh
			case d == "*":
				if all == nil {
					all = vh
				}
			case strings.HasPrefix(d, "*"):
				if len(h) >= len(d) && strings.HasSuffix(h, d[1:]) && len(d) > ls {
					suffix, ls = vh, len(d)
				}
			case strings.HasSuffix(d, "*"):
				if len(h) >= len(d) && strings.HasPrefix(h, d[:len(d)-1]) && len(d) > lp {
					prefix, lp = vh, len(d)
				}
			}
		}
	}
	switch {
	case suffix != nil:
		return suffix
	case prefix != nil:
		return prefix
	}
	return all
}

func fullRegex(re, s string) bool {
	x, err := regexp.Compile("^(?:" + re + ")$")
	return err == nil && x.MatchString(s)
}

func stringMatch(m *matcherv3.StringMatcher, s string) bool {
	fold := func(x string) string {
		if m.GetIgnoreCase() {
			return strings.ToLower(x)
		}
		return x
	}
	s2 := fold(s)
	switch p := m.GetMatchPattern().(type) {
	case *matcherv3.StringMatcher_Exact:
		return s2 == fold(p.Exact)
	case *matcherv3.StringMatcher_Prefix:
		return strings.HasPrefix(s2, fold(p.Prefix))
	case *matcherv3.StringMatcher_Suffix:
		return strings.HasSuffix(s2, fold(p.Suffix))
	case *matcherv3.StringMatcher_Contains:
		return strings.Contains(s2, fold(p.Contains))
	case *matcherv3.StringMatcher_SafeRegex:
		return fullRegex(p.SafeRegex.GetRegex(), s)
	}
	return false
}

// accepts tells whether a certificate with this name satisfies what the other side demands.
func accepts(want []*matcherv3.StringMatcher, id string) bool {
	for _, w := range want {
		if stringMatch(w, id) {
			return true
		}
	}
	return len(want) == 0
}

func headerMatch(m *routev3.HeaderMatcher, r request) bool {
	v, ok := r.header(m.Name)
	if !ok && m.TreatMissingHeaderAsEmpty {
		ok = true
	}
	res := false
	switch p := m.HeaderMatchSpecifier.(type) {
	case nil:
		res = ok
	case *routev3.HeaderMatcher_PresentMatch:
		return (ok == p.PresentMatch) != m.InvertMatch
	case *routev3.HeaderMatcher_StringMatch:
		if !ok {
			return false // a missing header never matches, not even inverted, unless it is treated as empty
		}
		res = stringMatch(p.StringMatch, v)
	case *routev3.HeaderMatcher_ExactMatch:
		if !ok {
			return false
		}
		res = v == p.ExactMatch
	case *routev3.HeaderMatcher_PrefixMatch:
		if !ok {
			return false
		}
		res = strings.HasPrefix(v, p.PrefixMatch)
	case *routev3.HeaderMatcher_SuffixMatch:
		if !ok {
			return false
		}
		res = strings.HasSuffix(v, p.SuffixMatch)
	case *routev3.HeaderMatcher_SafeRegexMatch:
		if !ok {
			return false
		}
		res = fullRegex(p.SafeRegexMatch.GetRegex(), v)
	case *routev3.HeaderMatcher_RangeMatch:
		n, err := strconv.ParseInt(v, 10, 64)
		res = ok && err == nil && n >= p.RangeMatch.Start && n < p.RangeMatch.End
	}
	return res != m.InvertMatch
}

func routeMatch(m *routev3.RouteMatch, r request) bool {
	path, query, _ := strings.Cut(r.path, "?")
	fold := func(s string) string {
		if m.CaseSensitive != nil && !m.CaseSensitive.GetValue() {
			return strings.ToLower(s)
		}
		return s
	}
	switch p := m.PathSpecifier.(type) {
	case *routev3.RouteMatch_Prefix:
		if !strings.HasPrefix(fold(path), fold(p.Prefix)) {
			return false
		}
	case *routev3.RouteMatch_Path:
		if fold(path) != fold(p.Path) {
			return false
		}
	case *routev3.RouteMatch_SafeRegex:
		if !fullRegex(p.SafeRegex.GetRegex(), path) {
			return false
		}
	case *routev3.RouteMatch_PathSeparatedPrefix:
		a, b := fold(path), fold(p.PathSeparatedPrefix)
		if a != b && !strings.HasPrefix(a, b+"/") {
			return false
		}
	default:
		return false
	}
	for _, h := range m.Headers {
		if !headerMatch(h, r) {
			return false
		}
	}
	if len(m.QueryParameters) > 0 {
		q := map[string]string{}
		for _, kv := range strings.Split(query, "&") {
			k, v, _ := strings.Cut(kv, "=")
			if _, dup := q[k]; !dup {
				q[k] = v
			}
		}
		for _, qp := range m.QueryParameters {
			v, ok := q[qp.Name]
			if !ok {
				return false
			}
			if sm := qp.GetStringMatch(); sm != nil && !stringMatch(sm, v) {
				return false
			}
		}
	}
	if m.Grpc != nil {
		if ct, _ := r.header("content-type"); !strings.HasPrefix(ct, "application/grpc") {
			return false
		}
	}
	return true
}
