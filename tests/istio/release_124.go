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

func newFakeServer(f *failer, o fakeOptions) *fakeServer { return xds.NewFakeDiscoveryServer(f, o) }

func setNetworks(o *fakeOptions, n *meshconfig.MeshNetworks) {
	o.NetworksWatcher = mesh.NewFixedNetworksWatcher(n)
}

func fullPush() *model.PushRequest { return &model.PushRequest{Full: true} }

func setScope(o *istiolog.Options, s string, l istiolog.Level) { o.SetDefaultOutputLevel(s, l) }
