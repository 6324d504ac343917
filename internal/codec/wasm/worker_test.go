//go:build linux && !cgo && nodynamic

package wasm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
	"imagekit/internal/worker"
)

// TestMain is the tests or, when their pool has started this binary, a worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "worker" {
		if err := serve(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve is a worker as the portable engine's: its codec is compiled before it is confined. A source is the name of a
// function of the codec. The FIFO is told when a call begins.
func serve(fifo string, args []string) error {
	calls, err := os.OpenFile(fifo, os.O_RDWR, 0) // it may open nothing afterwards
	if err != nil {
		return err
	}
	packed := module(map[string][]byte{
		"loop": {0x03, 0x40, 0x0C, 0, 0x0B, 0x00}, // loop br 0
		"trap": {0x00},                            // unreachable
		"deny": {0x41, 0x80, 0x80, 0x01, 0x40, 0}, // asks for more than a call may have
		"fill": {0x41, 0x80, 0xC0, 0x00, 0x40, 0}, // asks for 512 MiB, which are more than the worker has
		"fine": {0x41, 1},
	})
	codec := New("test", &packed)
	if err := codec.Prepare(); err != nil {
		return err
	}
	return worker.Serve(args, nil, func(src *blob.Blob, _ plan.Plan, enter func(int, stage.Stage), _ ...*blob.Blob) (*blob.Blob, stage.Times, error) {
		enter(0, stage.Decode)
		if _, err := fmt.Fprintln(calls, string(src.Data)); err != nil {
			return nil, stage.Times{}, err
		}
		var got uint64
		err := codec.Run(func(c *Call) (err error) {
			got, err = c.Do(string(src.Data))
			return err
		})
		switch {
		case errors.Is(err, ErrTrap):
			return nil, stage.Times{}, fault.Wrap(fault.DamagedImage, err, "trapped")
		case uint32(got) == 1<<32-1:
			return nil, stage.Times{}, fault.New(fault.TooMuchMemory, "no memory")
		}
		return &blob.Blob{Data: fmt.Append(nil, got)}, stage.Times{}, err
	})
}

// TestEndsOneRequest: in a confined worker an endless loop ends at its deadline, a trap and too much memory at once, and
// each ends one request: the next one is served.
func TestEndsOneRequest(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "calls")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	calls, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer calls.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := worker.NewPool(worker.Config{
		Path: self, Args: []string{"worker", fifo}, Workers: 1, Queue: 1, DataLimit: 384 << 20, KillRSS: 1 << 40, Memory: 1 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for _, tt := range []struct {
		function string
		ends     fault.Kind
		dies     worker.Cause
	}{
		{"loop", fault.Timeout, worker.TimedOut},
		{"trap", fault.DamagedImage, worker.NoCause},
		{"deny", fault.TooMuchMemory, worker.NoCause},
		{"fill", fault.Overloaded, worker.Hungry},
	} {
		t.Run(tt.function, func(t *testing.T) {
			before := p.Stats()
			if err := run(p, calls, tt.function); fault.From(err).Kind != tt.ends {
				t.Errorf("want %v, got %v", tt.ends, err)
			}
			if err := run(p, calls, "fine"); err != nil {
				t.Errorf("the next request: %v", err)
			}
			for cause, n := range p.Stats().Deaths {
				if died := n - before.Deaths[cause]; (died > 0) != (cause == tt.dies.String()) || died > 1 {
					t.Errorf("%d workers died of %q", died, cause)
				}
			}
		})
	}
}

// run has a worker call a function, whose deadline is the moment in which it is known to be called.
func run(p *worker.Pool, calls *os.File, function string) error {
	ctx, reached := newDeadline()
	result := make(chan error, 1)
	go func() {
		_, _, err := p.Run(ctx, &blob.Blob{Data: []byte(function)}, plan.Plan{Memory: 1 << 20})
		result <- err
	}()
	called := make([]byte, len(function)+1)
	if _, err := calls.Read(called); err != nil || !bytes.Equal(called, []byte(function+"\n")) {
		return fmt.Errorf("called %q, %w", called, err)
	}
	if function == "loop" {
		reached()
	}
	return <-result
}

// deadline is a context that ends when the test says so, as if its time were over.
type deadline struct {
	context.Context
}

func newDeadline() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	return deadline{ctx}, cancel
}

func (d deadline) Err() error {
	if d.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}
