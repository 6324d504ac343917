//go:build unix

package main

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"imagekit/internal/server"
	"imagekit/internal/settings"
)

// A client that stops in the middle of its upload can neither hold up the end of the service nor make it a failure.
func TestDrainCutsOffSlowClients(t *testing.T) {
	env := map[string]string{"IMAGEKIT_CACHE_DIR": t.TempDir(), "IMAGEKIT_WORKERS": "1", "IMAGEKIT_REQUEST_TIMEOUT": "50ms"}
	s, _, err := settings.Load(func(string) string { return "" },
		settings.Host{Env: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	secrets, _, err := s.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	v, err := build(s, secrets, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := v.server.HTTP()
	served := make(chan error)
	go func() { served <- h.Serve(server.Listener(l)) }()

	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = io.WriteString(client, "POST /upload HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "+
		"1000\r\n"+
		"Content-Type: multipart/form-data; boundary=x\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(client)
	if line, err := answer.ReadString('\n'); !strings.Contains(line, "100 Continue") { // now it is read
		t.Fatal(line, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("served until: %v", err)
	}
	if err := drain(t.Context(), v, h); err != nil {
		t.Errorf("drained with: %v", err)
	}
	_, _ = io.Copy(io.Discard, answer) // ends, as the connection does
}

// The banner says that sources of this machine are open, where they are.
func TestBannerTellsOfOwnSources(t *testing.T) {
	for networks, want := range map[string]string{
		"": "", "10.0.0.0/8": "", "127.0.0.0/8,::1": "IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8,::1\n", "10.0.0.0/8,127.0.0.1": "IMAGEKIT_ALLOWED_NETWORKS=127.0.0.1/32\n",
	} {
		env := map[string]string{"IMAGEKIT_ALLOWED_NETWORKS": networks, "IMAGEKIT_SAMPLES": "0"}
		s, _, err := settings.Load(func(string) string { return "" },
			settings.Host{Env: func(name string) string { return env[name] }})
		if err != nil {
			t.Fatal(err)
		}
		var banner strings.Builder
		greet(&banner, &service{}, s, "127.0.0.1:8080")
		if got := banner.String(); !strings.Contains(got, want) || want == "" && strings.Contains(got, "ALLOWED_NETWORKS") {
			t.Errorf("%q: the banner is %s", networks, got)
		}
	}
}

// The bound above which garbage is collected at once follows the machine.
func TestHeapGoal(t *testing.T) {
	const mib = 1 << 20
	for memory, want := range map[int64]int64{
		0: 512 * mib, 1024 * mib: 256 * mib, 2048 * mib: 512 * mib, 4096 * mib: 512 * mib, 8192 * mib: 1024 * mib, 65536 * mib: 8192 * mib,
	} {
		if got := heapGoal(memory); got != want {
			t.Errorf("with %d MiB: %d MiB, want %d", memory/mib, got/mib, want/mib)
		}
	}
}
