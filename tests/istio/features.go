// What else a route does to its requests, in words.

package main

import (
	"fmt"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	faultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/fault/v3"
)

func headerOps(who string, add []*corev3.HeaderValueOption, remove []string) []string {
	var out []string
	for _, h := range add {
		op := "add"
		if h.AppendAction == corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD {
			op = "set"
		}
		out = append(out, fmt.Sprintf("%s header %s %s=%s", who, op, h.Header.GetKey(), h.Header.GetValue()))
	}
	for _, h := range remove {
		out = append(out, fmt.Sprintf("%s header remove %s", who, h))
	}
	return out
}

func (t *tracer) features(r *routev3.Route) {
	for _, x := range headerOps("request", r.RequestHeadersToAdd, r.RequestHeadersToRemove) {
		t.feature("%s", x)
	}
	for _, x := range headerOps("response", r.ResponseHeadersToAdd, r.ResponseHeadersToRemove) {
		t.feature("%s", x)
	}
	if a := r.GetRoute(); a != nil {
		if a.Timeout != nil && a.Timeout.AsDuration() > 0 {
			t.feature("timeout=%v", a.Timeout.AsDuration())
		}
		if rp := a.RetryPolicy; rp != nil {
			s := fmt.Sprintf("retries=%d on=%s", rp.NumRetries.GetValue(), rp.RetryOn)
			if rp.PerTryTimeout != nil {
				s += fmt.Sprintf(" perTry=%v", rp.PerTryTimeout.AsDuration())
			}
			if len(rp.RetriableStatusCodes) > 0 {
				s += fmt.Sprintf(" codes=%v", rp.RetriableStatusCodes)
			}
			t.feature("%s", s)
		}
		if a.PrefixRewrite != "" {
			t.feature("rewrite prefix=%s", a.PrefixRewrite)
		}
		if a.RegexRewrite != nil {
			t.feature("rewrite regex=%s -> %s", a.RegexRewrite.GetPattern().GetRegex(), a.RegexRewrite.Substitution)
		}
		if h := a.GetHostRewriteLiteral(); h != "" {
			t.feature("rewrite host=%s", h)
		}
		if a.GetAutoHostRewrite().GetValue() {
			t.feature("rewrite host=auto")
		}
		for _, mp := range a.RequestMirrorPolicies {
			s := "mirror " + mp.Cluster
			if d := mp.GetRuntimeFraction().GetDefaultValue(); d != nil {
				s += fmt.Sprintf(" %d/%s", d.Numerator, d.Denominator)
			}
			t.feature("%s", s)
		}
		for _, hp := range a.HashPolicy {
			t.feature("hash %v", strings.TrimSpace(hp.String()))
		}
		if a.MaxStreamDuration != nil && a.MaxStreamDuration.MaxStreamDuration.AsDuration() > 0 {
			t.feature("maxStreamDuration=%v", a.MaxStreamDuration.MaxStreamDuration.AsDuration())
		}
	}
	for n, a := range r.TypedPerFilterConfig {
		switch {
		case strings.HasSuffix(n, "http.fault"):
			x := &faultv3.HTTPFault{}
			_ = a.UnmarshalTo(x)
			if d := x.Delay; d != nil {
				t.feature("fault delay=%v %d/%s", d.GetFixedDelay().AsDuration(), d.GetPercentage().GetNumerator(), d.GetPercentage().GetDenominator())
			}
			if b := x.Abort; b != nil {
				t.feature("fault abort=%d %d/%s", b.GetHttpStatus(), b.GetPercentage().GetNumerator(), b.GetPercentage().GetDenominator())
			}
		case strings.HasSuffix(n, "http.cors"):
			t.feature("cors")
		default:
			t.feature("filter config %s", n)
		}
	}
}
