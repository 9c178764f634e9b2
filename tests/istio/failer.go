// The test servers of Istio expect a test that can fail; outside of one, failing is a panic that answers.go catches.

package main

import (
	"fmt"
	"os"
	"sync"
)

// failer implements istio's test.Failer (all versions) outside of "go test".
type failer struct {
	mu      sync.Mutex
	cleanup []func()
}

type fatal string

func (f *failer) Fail() { panic(fatal("Fail")) }

func (f *failer) FailNow() { panic(fatal("FailNow")) }

func (f *failer) Fatal(a ...any) { panic(fatal(fmt.Sprint(a...))) }

func (f *failer) Fatalf(s string, a ...any) { panic(fatal(fmt.Sprintf(s, a...))) }

func (f *failer) Log(a ...any) {}

func (f *failer) Logf(s string, a ...any) {}

func (f *failer) Helper() {}

func (f *failer) Skip(a ...any) { panic(fatal("Skip")) }

func (f *failer) TempDir() string {
	d, err := os.MkdirTemp("", "judge")
	if err != nil {
		panic(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(d) })
	return d
}

func (f *failer) Cleanup(c func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cleanup = append(f.cleanup, c)
}

func (f *failer) done() {
	for i := len(f.cleanup) - 1; i >= 0; i-- {
		f.cleanup[i]()
	}
}
