// Filters that only Istio's build of Envoy has: left out, or replaced where they decide where a request goes. All are counted.

package main

import (
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	statev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/set_filter_state/v3"
	setv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/set_filter_state/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	ofEnvoy  = "type.googleapis.com/envoy.extensions."
	managers = "envoy.filters.network.http_connection_manager"
)

// Replaced counts by name.
type Replaced map[string]int

// What istio.alpn does with the protocol of the upstream is done with that of the caller: an upgrade on the way is not seen.
const alpn = `%CEL(request.protocol == 'HTTP/2' ? 'istio-h2,istio,h2' : 'istio-http/1.1,istio,http/1.1')%`

func replace(l *listenerv3.Listener, count Replaced) error {
	chains := l.FilterChains
	if l.DefaultFilterChain != nil {
		chains = append(chains[:len(chains):len(chains)], l.DefaultFilterChain)
	}
	for _, fc := range chains {
		var kept []*listenerv3.Filter
		for _, nf := range fc.Filters {
			if !strings.HasPrefix(nf.GetTypedConfig().GetTypeUrl(), ofEnvoy) {
				count[nf.Name+" of connections"]++
				continue
			}
			if nf.Name == managers {
				if err := replaceHTTP(nf, count); err != nil {
					return err
				}
			}
			kept = append(kept, nf)
		}
		fc.Filters = kept
	}
	return nil
}

func replaceHTTP(nf *listenerv3.Filter, count Replaced) error {
	m := &hcmv3.HttpConnectionManager{}
	if err := nf.GetTypedConfig().UnmarshalTo(m); err != nil {
		return err
	}
	var kept []*hcmv3.HttpFilter
	for _, hf := range m.HttpFilters {
		switch {
		case strings.HasPrefix(hf.GetTypedConfig().GetTypeUrl(), ofEnvoy):
			kept = append(kept, hf)
		case hf.Name == "istio.alpn":
			count["istio.alpn, by set_filter_state"]++
			stock, err := anypb.New(&setv3.Config{OnRequestHeaders: []*statev3.FilterStateValue{{
				Key: &statev3.FilterStateValue_ObjectKey{ObjectKey: "envoy.network.application_protocols"},
				Value: &statev3.FilterStateValue_FormatString{FormatString: &corev3.SubstitutionFormatString{
					Format: &corev3.SubstitutionFormatString_TextFormatSource{TextFormatSource: &corev3.DataSource{
						Specifier: &corev3.DataSource_InlineString{InlineString: alpn},
					}},
				}},
			}}})
			if err != nil {
				return err
			}
			kept = append(kept, &hcmv3.HttpFilter{Name: hf.Name, ConfigType: &hcmv3.HttpFilter_TypedConfig{TypedConfig: stock}})
		default:
			count[hf.Name+" of requests"]++
		}
	}
	m.HttpFilters = kept
	packed, err := anypb.New(m)
	if err != nil {
		return err
	}
	nf.ConfigType = &listenerv3.Filter_TypedConfig{TypedConfig: packed}
	return nil
}
