// The caller's application: it sends requests to its sidecar, and hears where they landed.

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// patience is more than a busy machine needs.
const patience = 15 * time.Second

// Client sends the requests of one query.
type Client struct {
	q       *Query
	address string // of the loopback
	http    *http.Client
}

func newClient(q *Query, address string) *Client {
	c := &Client{q: q, address: address}
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address)
		},
		DisableCompression: true,
	}
	if q.Protocol == "grpc" || q.Protocol == "http2" {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetUnencryptedHTTP2(true)
	}
	c.http = &http.Client{Transport: t, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return c
}

func (c *Client) close() { c.http.CloseIdleConnections() }

// send is the place where one request lands, or `error` with its reason.
func (c *Client) send() (place, why string) {
	switch c.q.Protocol {
	case "tcp", "tls":
		return c.connection()
	default:
		return c.request()
	}
}

func (c *Client) request() (string, string) {
	method, path := c.q.Method, c.q.Path
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/"
	}
	authority := c.q.Host
	if c.q.Port != 80 {
		authority = fmt.Sprintf("%s:%d", c.q.Host, c.q.Port)
	}
	var body io.Reader
	if c.q.Protocol == "grpc" {
		body = strings.NewReader("\x00\x00\x00\x00\x00")
		if c.q.Method == "" {
			method = http.MethodPost
		}
	}
	r, err := http.NewRequest(method, "http://"+authority+path, body)
	if err != nil {
		return failed, err.Error()
	}
	for k, v := range c.q.Headers {
		r.Header.Set(k, v)
	}
	if c.q.Protocol == "grpc" {
		r.Header.Set("content-type", "application/grpc")
		r.Header.Set("te", "trailers")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return failed, reason(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	place := answer.Header.Get(landed)
	status := answer.Header.Get("grpc-status")
	if status == "" {
		status = answer.Trailer.Get("grpc-status")
	}
	switch {
	case err != nil:
		return failed, reason(err)
	case place != "" && (c.q.Protocol != "grpc" || status == "0"):
		return c.place(place)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fmt.Sprintf("redirect:%d", answer.StatusCode), ""
	case c.q.expects(fmt.Sprintf("direct:%d", answer.StatusCode)):
		return fmt.Sprintf("direct:%d", answer.StatusCode), ""
	}
	return failed, strings.TrimSpace(fmt.Sprintf("%d %s %.120s %s", answer.StatusCode, answer.Header.Get("grpc-message"), text, answer.Header.Get("x-envoy-overloaded")))
}

func (q *Query) expects(place string) bool {
	_, ok := q.Expect[place]
	return ok
}

func (c *Client) connection() (string, string) {
	conn, err := net.DialTimeout("tcp", c.address, patience)
	if err != nil {
		return failed, reason(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if c.q.Protocol == "tls" {
		name := c.q.SNI
		if name == "" {
			name = c.q.Host
		}
		conn = tls.Client(conn, &tls.Config{ServerName: name, InsecureSkipVerify: true}) //nolint:gosec // who answers is the question
	} else if _, err := io.WriteString(conn, question); err != nil {
		return failed, reason(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return failed, reason(err)
	}
	return c.place(strings.TrimSpace(line))
}

// place is what the judge of configurations calls it.
func (c *Client) place(landed string) (string, string) {
	f := strings.Split(landed, " ")
	if len(f) != 5 {
		return failed, "answered by " + landed
	}
	cluster, app, version, pod, port := f[0], f[1], f[2], f[3], f[4]
	if c.q.PodPort != 0 && port != fmt.Sprint(c.q.PodPort) {
		return failed, "reached on port " + port
	}
	switch {
	case app != c.q.app():
		return cluster + "/" + app + ":" + version, ""
	case version == "":
		return cluster + "/" + pod, ""
	}
	return cluster + "/" + version, ""
}

// reason is an error without what differs from one time to the next.
func reason(err error) string {
	words := err.Error()
	if i := strings.LastIndex(words, ": "); i >= 0 {
		words = words[i+2:]
	}
	return words
}
