package render

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"imagekit/internal/blob"
	"imagekit/internal/clientip"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// origin is a fake Fetcher: every URL holds the same picture, and a download takes a second.
type origin struct {
	body  []byte
	err   error
	fails map[string]error // by URL
	fresh time.Duration    // how long a source may serve later requests

	mu      sync.Mutex
	fetched []string
	live    int // downloads running
}

func (o *origin) Fetch(ctx context.Context, url string) (*blob.Blob, error) {
	o.mu.Lock()
	o.fetched = append(o.fetched, url)
	o.live++
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.live--
		o.mu.Unlock()
	}()
	if err := wait(ctx, time.Second); err != nil {
		return nil, err
	}
	if err := cmp.Or(o.fails[url], o.err); err != nil {
		return nil, err
	}
	b := &blob.Blob{Data: o.body, Format: format.Sniff(o.body)}
	if o.fresh > 0 {
		b.Fresh = time.Now().Add(o.fresh)
	}
	return b, nil
}

// machine is a fake Engine: a job takes a second and its result is an empty picture of the right size.
type machine struct {
	err   error
	full  error         // of Admit
	fails map[int]error // by the width of the result
	panic any
	deaf  bool                   // finishes whatever becomes of its context
	lie   func(plan.Plan) []byte // the result, in place of a right one

	mu      sync.Mutex
	jobs    []plan.Plan
	marks   int      // sources laid over the pictures of all jobs
	clients []string // of the jobs
}

func (m *machine) Admit(context.Context) error { return m.full }

func (m *machine) Run(ctx context.Context, _ *blob.Blob, p plan.Plan, more ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	m.mu.Lock()
	m.jobs = append(m.jobs, p)
	m.marks += len(more)
	m.clients = append(m.clients, clientip.Of(ctx))
	m.mu.Unlock()
	if m.panic != nil {
		panic(m.panic)
	}
	if m.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	if err := wait(ctx, time.Second); err != nil {
		return nil, stage.Times{}, err
	}
	if err := cmp.Or(m.fails[p.Canvas.X], m.err); err != nil {
		return nil, stage.Times{}, err
	}
	var times stage.Times
	times[stage.Encode] = time.Second
	data := drawn(p.Format, p.Size())
	if m.lie != nil {
		data = m.lie(p)
	}
	return blob.New(data, p.Format, time.Now()), times, nil
}

// drawn returns an empty picture: of WebP only the header of a lossless one.
func drawn(f format.Format, size image.Point) []byte {
	var b bytes.Buffer
	if f == format.JPEG {
		if err := jpeg.Encode(&b, image.NewGray(image.Rectangle{Max: size}), nil); err != nil {
			panic(err)
		}
		return b.Bytes()
	}
	b.WriteString("RIFF\x12\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f")
	_ = binary.Write(&b, binary.LittleEndian, uint32(size.X-1)|uint32(size.Y-1)<<14) // a buffer takes all
	b.WriteByte(0)
	return b.Bytes()
}

// isDrawn reports whether b is the result of a machine in this format and size.
func isDrawn(b *blob.Blob, f format.Format, w, h int) bool {
	return b.Format == f && bytes.Equal(b.Data, drawn(f, image.Pt(w, h)))
}

// results is a fake Cache.
type results struct {
	mu      sync.Mutex
	entries map[string]*blob.Blob
	gets    int // counted look-ups
	// late, when set, is found by the second look alone: another flight landed meanwhile.
	late *blob.Blob
}

func (m *results) Get(ctx context.Context, key string) (*blob.Blob, bool) {
	if ctx.Err() != nil {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gets++
	b, ok := m.entries[key]
	return b, ok
}

func (m *results) Peek(context.Context, string) (*blob.Blob, bool) {
	return m.late, m.late != nil
}

func (m *results) Put(ctx context.Context, key string, b *blob.Blob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() == nil {
		m.entries[key] = b
	}
}

func (m *results) keys() []string { return slices.Sorted(maps.Keys(m.entries)) }

// wait passes time as work does: until it is done or ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sourceCache is the memory for sources, in bytes.
const sourceCache = 1 << 20

// rig is a renderer with its fakes.
type rig struct {
	*Renderer
	origin  *origin
	machine *machine
	memory  *results
}

func newRig(t *testing.T) rig {
	t.Helper()
	var body bytes.Buffer
	if err := jpeg.Encode(&body, image.NewGray(image.Rect(0, 0, 400, 200)), nil); err != nil {
		t.Fatal(err)
	}
	r := rig{origin: &origin{body: body.Bytes()}, machine: &machine{}, memory: &results{entries: map[string]*blob.Blob{}}}
	r.Renderer = New(Config{
		Fetcher: r.origin, Engine: r.machine, Cache: r.memory,
		Limits:  limits,
		Timeout: 30 * time.Second, SourceCache: sourceCache,
	})
	return r
}

// request asks for the picture at this width.
func request(width int) param.Request {
	return param.Request{Source: "https://example.com/a.jpg", Params: param.Params{Width: width}}
}

// answer is what a call of Render brought.
type answer struct {
	Result
	err error
}

// ask calls Render on a goroutine and returns where its answer will be.
func (r rig) ask(ctx context.Context, req param.Request) <-chan answer {
	c := make(chan answer, 1)
	go func() {
		res, err := r.Render(ctx, req, format.WebP, nil)
		c <- answer{res, err}
	}()
	return c
}

// idle checks that nothing is left of finished work.
func (r rig) idle(t *testing.T) {
	t.Helper()
	r.sources.mu.Lock()
	defer r.sources.mu.Unlock()
	r.origin.mu.Lock()
	defer r.origin.mu.Unlock()
	if n := len(r.sources.inUse); n != 0 {
		t.Errorf("%d sources still in use", n)
	}
	if r.origin.live != 0 {
		t.Errorf("%d downloads still run", r.origin.live)
	}
}

// limits are those of every test.
var limits = plan.Limits{MaxPixels: 1_000_000, MaxOutputPixels: 1_000_000, Memory: 1 << 30}
