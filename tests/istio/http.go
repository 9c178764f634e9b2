// A request on its way through an HTTP filter: virtual host, route, action.

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

func (t *tracer) http(p *Proxy, f flow, l *listenerv3.Listener, m *hcmv3.HttpConnectionManager, c conn) {
	for _, hf := range m.HttpFilters {
		if strings.Contains(hf.Name, "rbac") {
			t.note("RBAC HTTP filter on %s %s is not evaluated", p.Name, l.Name)
		}
	}
	rc := m.GetRouteConfig()
	name := "inline"
	if rc == nil {
		name = m.GetRds().GetRouteConfigName()
		rc = p.Routes[name]
	}
	if rc == nil {
		t.end(f, "error:no-route-config", "DEAD END: route configuration %q missing", name)
		return
	}
	vh := matchVirtualHost(rc, f.req.authority)
	if vh == nil {
		t.end(f, "error:no-vhost", "DEAD END: no virtual host of %q matches %s", name, f.req.authority)
		return
	}
	if vh.RequireTls != routev3.VirtualHost_NONE && f.req.scheme == "http" {
		t.end(f, "error:tls-redirect", "virtual host %s requires TLS", vh.Name)
		return
	}
	for _, r := range vh.Routes {
		if !routeMatch(r.Match, f.req) {
			continue
		}
		f = f.hop("[%s] %s: route config %q, virtual host %q, route %q {%s}", p.Ctl.C.Name, p.Name, name, vh.Name, r.Name, matchText(r.Match))
		t.route(p, f, m, r, c, vh.Name)
		return
	}
	t.end(f, "error:no-route", "DEAD END: no route of virtual host %q matches %s %s", vh.Name, f.req.method, f.req.path)
}

func matchText(m *routev3.RouteMatch) string {
	var s []string
	switch p := m.PathSpecifier.(type) {
	case *routev3.RouteMatch_Prefix:
		s = append(s, "prefix="+p.Prefix)
	case *routev3.RouteMatch_Path:
		s = append(s, "path="+p.Path)
	case *routev3.RouteMatch_SafeRegex:
		s = append(s, "regex="+p.SafeRegex.GetRegex())
	case *routev3.RouteMatch_PathSeparatedPrefix:
		s = append(s, "dirprefix="+p.PathSeparatedPrefix)
	}
	for _, h := range m.Headers {
		x := h.Name
		if sm := h.GetStringMatch(); sm != nil {
			x += fmt.Sprintf("~%v", strings.TrimSpace(sm.String()))
		}
		if h.InvertMatch {
			x = "!" + x
		}
		s = append(s, "header "+x)
	}
	for _, q := range m.QueryParameters {
		s = append(s, "query "+q.Name)
	}
	return strings.Join(s, " ")
}

func (t *tracer) route(p *Proxy, f flow, m *hcmv3.HttpConnectionManager, r *routev3.Route, c conn, vh string) {
	t.features(r)
	switch a := r.Action.(type) {
	case *routev3.Route_Redirect:
		rd := a.Redirect
		t.feature("redirect %v", strings.Join(strings.Fields(rd.String()), " "))
		t.end(f, fmt.Sprintf("redirect:%s", rd.GetResponseCode()), "redirect host=%s path=%s", rd.GetHostRedirect(), rd.GetPathRedirect()+rd.GetPrefixRewrite())
	case *routev3.Route_DirectResponse:
		t.end(f, fmt.Sprintf("direct:%d", a.DirectResponse.Status), "direct response %d", a.DirectResponse.Status)
	case *routev3.Route_Route:
		f.req = f.req.changed(r.RequestHeadersToAdd, r.RequestHeadersToRemove).rewritten(r.Match, a.Route)
		for _, mp := range a.Route.RequestMirrorPolicies {
			sub := &tracer{ctl: t.ctl, q: t.q, home: t.home, out: &Outcome{Dist: map[string]float64{}}}
			sub.forward(p, flow{w: 100, req: f.req}, mp.Cluster, "", 0, c, m)
			reached := map[string]float64{}
			for _, lf := range sub.out.Leaves {
				reached[lf.Key] += lf.Weight
			}
			for _, key := range slices.Sorted(maps.Keys(reached)) {
				t.feature("mirror reaches %s %.4g%%", key, reached[key])
			}
		}
		if wc := a.Route.GetWeightedClusters(); wc != nil {
			total := 0.0
			for _, x := range wc.Clusters {
				total += float64(x.Weight.GetValue())
			}
			for _, x := range wc.Clusters {
				w := float64(x.Weight.GetValue())
				for _, h := range append(headerOps("request", x.RequestHeadersToAdd, x.RequestHeadersToRemove),
					headerOps("response", x.ResponseHeadersToAdd, x.ResponseHeadersToRemove)...) {
					t.feature("[%s] %s", x.Name, h)
				}
				if w == 0 {
					continue
				}
				part := f.scale(w/total).hop("weight %v/%v", w, total)
				part.req = part.req.changed(x.RequestHeadersToAdd, x.RequestHeadersToRemove)
				t.forward(p, part, x.Name, "", 0, c, m)
			}
			return
		}
		if h := a.Route.GetClusterHeader(); h != "" {
			t.end(f, "error:cluster-header", "cluster header %s is not supported", h)
			return
		}
		t.forward(p, f, a.Route.GetCluster(), "", 0, c, m)
	default:
		t.end(f, "error:unknown-action", "route action %T", a)
	}
}
