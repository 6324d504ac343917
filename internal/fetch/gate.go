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
	slots   *semaphore.Weighted
	bytes   *semaphore.Weighted
	perHost int64

	mu    sync.Mutex
	hosts map[string]*hostSlots // hosts with a download that runs or waits
}

type hostSlots struct {
	*semaphore.Weighted
	users int
}

func newGate(slots int, bytes int64) *gate {
	return &gate{
		slots:   semaphore.NewWeighted(int64(slots)),
		bytes:   semaphore.NewWeighted(bytes),
		perHost: int64(max(1, slots*3/4)),
		hosts:   make(map[string]*hostSlots),
	}
}

// enter takes a slot for a download from host (with port) and returns how to give it back. The host's own
// slot comes first, so that those who wait for a busy host keep no slot from the others.
func (g *gate) enter(ctx context.Context, host string) (leave func(), err error) {
	h := g.join(host)
	if err := h.Acquire(ctx, 1); err != nil {
		g.part(host, h)
		return nil, noTurn(err)
	}
	if err := g.slots.Acquire(ctx, 1); err != nil {
		h.Release(1)
		g.part(host, h)
		return nil, noTurn(err)
	}
	return func() {
		g.slots.Release(1)
		h.Release(1)
		g.part(host, h)
	}, nil
}

func (g *gate) join(host string) *hostSlots {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.hosts[host]
	if h == nil {
		h = &hostSlots{Weighted: semaphore.NewWeighted(g.perHost)}
		g.hosts[host] = h
	}
	h.users++
	return h
}

func (g *gate) part(host string, h *hostSlots) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(g.hosts, host)
	}
}

// reserve takes n of the bytes in flight, from the response's header to the end of the download. What is
// done with the source afterwards is bounded by the queue for workers, not here.
func (g *gate) reserve(ctx context.Context, n int64) (release func(), err error) {
	if err := g.bytes.Acquire(ctx, n); err != nil {
		return nil, noTurn(err)
	}
	return func() { g.bytes.Release(n) }, nil
}

// noTurn turns the end of a context while waiting into what it means.
func noTurn(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Overloaded, err, "too many downloads are running")
	}
	return cancelled(err)
}
