package server

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failing is a listener that fails to accept.
type failing struct {
	net.Listener
	err error
}

func (f failing) Accept() (net.Conn, error) { return nil, f.err }

// Running out of descriptors is told at the level of warnings, once a second, with how often it happened.
func TestNoDescriptors(t *testing.T) {
	var out record
	now := time.Unix(1_800_000_000, 0)
	err := &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	l := TellAccept(failing{err: err}, slog.New(slog.NewTextHandler(&out, nil))).(*toldListener)
	l.now = func() time.Time { return now }
	for range 25 { // two and a half seconds
		if _, got := l.Accept(); !errors.Is(got, syscall.EMFILE) {
			t.Fatal(got) // net/http decides by the error
		}
		now = now.Add(100 * time.Millisecond)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines in two and a half seconds:\n%s", len(lines), &out)
	}
	for i, times := range []string{"times=1", "times=10", "times=10"} {
		if !strings.Contains(lines[i], "level=WARN") || !strings.Contains(lines[i], "out of file descriptors") ||
			!strings.HasSuffix(lines[i], times) {
			t.Errorf("line %d: %s, want %s", i, lines[i], times)
		}
	}
}

// The end of a listener is nothing to warn of.
func TestClosedListenerIsNoTrouble(t *testing.T) {
	var out record
	l := TellAccept(failing{err: net.ErrClosed}, slog.New(slog.NewTextHandler(&out, nil)))
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) || out.String() != "" {
		t.Errorf("%v, log: %s", err, &out)
	}
}
