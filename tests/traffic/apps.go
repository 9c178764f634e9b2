// The applications behind the pods' sidecars: each says where it is, over whatever it is asked.

package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	landed   = "x-landed" // says where a request was answered
	numbered = "x-number" // says which query a request is of
)

// Apps listen on sockets of the file system, one for each port of each pod.
type Apps struct {
	folder string
	cert   tls.Certificate
	mu     sync.Mutex
	open   map[string]string
	// copies counts requests that landed beside those that were answered: what was mirrored, and what was tried again.
	arrived atomic.Int64
}

func newApps(folder string, ids *Identities) (*Apps, error) {
	cert, key, err := ids.issue("", "application.example")
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	return &Apps{folder: folder, cert: pair, open: map[string]string{}}, err
}

// Landed is who answered.
func where(p *Proxy, port int) string {
	return strings.Join([]string{p.Cluster, p.App, p.Version, p.Name, fmt.Sprint(port)}, " ")
}

// listen is the socket of an application.
func (a *Apps) listen(p *Proxy, port int) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := fmt.Sprintf("%s-%d", p.ID, port)
	if a.open[key] != "" {
		return a.open[key], nil
	}
	path := filepath.Join(a.folder, fmt.Sprintf("app-%d", len(a.open)))
	l, err := net.Listen("unix", path)
	if err != nil {
		return "", err
	}
	a.open[key] = path
	place := where(p, port)
	http1and2 := new(http.Protocols)
	http1and2.SetHTTP1(true)
	http1and2.SetUnencryptedHTTP2(true)
	requests := &handed{conns: make(chan net.Conn), Listener: l}
	s := &http.Server{Protocols: http1and2, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.arrived.Add(1)
		w.Header().Set(landed, place)
		if r.Header.Get("content-type") == "application/grpc" {
			w.Header().Set("content-type", "application/grpc")
			w.Header().Set("trailer", "grpc-status")
			w.WriteHeader(http.StatusOK)
			w.Header().Set("grpc-status", "0")
		}
	})}
	go func() { _ = s.Serve(requests) }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go a.serve(c, requests, place)
		}
	}()
	return path, nil
}

// serve looks at the first bytes: TLS, HTTP or anything else.
func (a *Apps) serve(c net.Conn, requests *handed, place string) {
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	first, err := r.Peek(3)
	if err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	peeked := &peekedConn{Conn: c, r: r}
	switch word := string(first); {
	case first[0] == 0x16:
		a.arrived.Add(1)
		t := tls.Server(peeked, &tls.Config{Certificates: []tls.Certificate{a.cert}})
		fmt.Fprintln(t, place)
		_ = t.Close()
	case word == question[:3]:
		a.arrived.Add(1)
		fmt.Fprintln(c, place)
		_ = c.Close()
	default:
		requests.conns <- peeked
	}
}

// question is what bytes without a protocol of their own ask.
const question = "where?\n"

type peekedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *peekedConn) Read(b []byte) (int, error) { return c.r.Read(b) }

// handed is a listener of connections that were accepted elsewhere.
type handed struct {
	net.Listener
	conns chan net.Conn
}

func (h *handed) Accept() (net.Conn, error) { return <-h.conns, nil }
