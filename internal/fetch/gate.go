package fetch

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"imagekit/internal/fault"
)

// gate bounds what all downloads take together. A download waits for its turn, never longer than its
// context lives; the order is first come, first served.
type gate struct {
	slots, bytes         *semaphore.Weighted
	hostSlots, hostBytes int64 // one host's share

	mu    sync.Mutex
	hosts map[string]*host // those with a download that runs or waits
}

// host is one host's share of a gate.
type host struct {
	slots, bytes *semaphore.Weighted
	users        int // guarded by gate.mu
}

// newGate returns a gate for that many downloads and bytes at once. One host gets three quarters of both, and always
// as much as the largest download needs.
func newGate(slots int, bytes, largest int64) *gate {
	bytes = max(bytes, largest)
	return &gate{
		slots:     semaphore.NewWeighted(int64(slots)),
		bytes:     semaphore.NewWeighted(bytes),
		hostSlots: int64(max(1, slots*3/4)),
		hostBytes: max(largest, bytes/4*3),
		hosts:     make(map[string]*host),
	}
}

// turn is a download's place in a gate.
type turn struct {
	gate  *gate
	name  string
	host  *host
	bytes int64 // reserved
}

// enter takes a slot for a download from a host (with port). The host's own slot comes first, so that those who wait
// for a busy host keep no slot from the others.
func (g *gate) enter(ctx context.Context, name string) (*turn, error) {
	t := &turn{gate: g, name: name, host: g.join(name)}
	if err := acquire(ctx, 1, t.host.slots, g.slots); err != nil {
		g.part(name, t.host)
		return nil, err
	}
	return t, nil
}

// reserve takes n of the bytes in flight, in the order of enter. It is called at most once: who holds some and waits
// for more could wait for ever. What is done with the source after leave is bounded by the queue for workers, not here.
func (t *turn) reserve(ctx context.Context, n int64) error {
	if err := acquire(ctx, n, t.host.bytes, t.gate.bytes); err != nil {
		return err
	}
	t.bytes = n
	return nil
}

// leave gives everything back.
func (t *turn) leave() {
	t.gate.bytes.Release(t.bytes)
	t.host.bytes.Release(t.bytes)
	t.gate.slots.Release(1)
	t.host.slots.Release(1)
	t.gate.part(t.name, t.host)
}

// acquire takes n of the first and then of the second, or of neither.
func acquire(ctx context.Context, n int64, first, second *semaphore.Weighted) error {
	if err := first.Acquire(ctx, n); err != nil {
		return noTurn(err)
	}
	if err := second.Acquire(ctx, n); err != nil {
		first.Release(n)
		return noTurn(err)
	}
	return nil
}

func (g *gate) join(name string) *host {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.hosts[name]
	if h == nil {
		h = &host{slots: semaphore.NewWeighted(g.hostSlots), bytes: semaphore.NewWeighted(g.hostBytes)}
		g.hosts[name] = h
	}
	h.users++
	return h
}

func (g *gate) part(name string, h *host) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(g.hosts, name)
	}
}

// noTurn turns the end of a context while waiting into what it means.
func noTurn(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Overloaded, err, "too many downloads are running")
	}
	return cancelled(err)
}
