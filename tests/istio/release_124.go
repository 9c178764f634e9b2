//go:build istio124

// What is called otherwise in Istio 1.24 and 1.25, or not there.

package main

import (
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	istiolog "istio.io/istio/pkg/log"
)

type (
	fakeServer  = xds.FakeDiscoveryServer
	fakeOptions = xds.FakeOptions
)

// What is built unless another file of modules is named, and so what proxies announce unless -proxy-version says otherwise.
const builtWith = "1.24.0"

// Of the Gateway API.
const crdVersion = "v1.4.0"

func newFakeServer(f *failer, o fakeOptions) *fakeServer { return xds.NewFakeDiscoveryServer(f, o) }

func setNetworks(o *fakeOptions, n *meshconfig.MeshNetworks) {
	o.NetworksWatcher = mesh.NewFixedNetworksWatcher(n)
}

func fullPush() *model.PushRequest { return &model.PushRequest{Full: true} }

func setScope(o *istiolog.Options, s string, l istiolog.Level) { o.SetDefaultOutputLevel(s, l) }
