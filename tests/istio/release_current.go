//go:build !istio124 && !istio129

// What earlier releases call otherwise than Istio 1.31.

package main

import (
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube/krt"
	istiolog "istio.io/istio/pkg/log"
)

type (
	fakeServer  = xds.FakeDiscoveryServer
	fakeOptions = xds.FakeOptions
)

// What is built unless another file of modules is named, and so what proxies announce unless -proxy-version says otherwise.
const builtWith = "1.31.0"

// Of the Gateway API.
const crdVersion = "v1.6.0"

// The debug handler would keep the collections of every server until the process ends.
func init() { krt.GlobalDebugHandler = nil }

func newFakeServer(f *failer, o fakeOptions) *fakeServer { return xds.NewFakeDiscoveryServer(f, o) }

func setNetworks(o *fakeOptions, n *meshconfig.MeshNetworks) {
	o.NetworksWatcher = meshwatcher.NewFixedNetworksWatcher(n)
}

func fullPush() *model.PushRequest { return &model.PushRequest{Forced: true} }

func setScope(o *istiolog.Options, s string, l istiolog.Level) { o.SetDefaultOutputLevel(s, l) }
