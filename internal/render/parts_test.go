package render

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/named"
	"imagekit/internal/param"
	"imagekit/internal/stage"
)

const logo = "https://brand.example/logo.png"

// markedRequest asks for the picture at this width with a watermark.
func markedRequest(width int, mark string) param.Request {
	req := request(width)
	req.Params.Watermark.Source = mark
	return req
}

// TestWatermark: picture and watermark are downloaded at the same time, once for all who need them.
func TestWatermark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		for _, width := range []int{100, 101, 100} {
			res, err := r.Render(t.Context(), markedRequest(width, logo), format.WebP, nil)
			if err != nil || res.State == Miss && width == 100 && res.Times[stage.Fetch] != time.Second {
				t.Fatalf("%d: %v, %v", width, res.Times, err)
			}
		}
		if len(r.origin.fetched) != 2 || len(r.machine.jobs) != 2 || r.machine.marks != 2 {
			t.Errorf("%d downloads, %d jobs with %d marks; want 2, 2 and 2", len(r.origin.fetched), len(r.machine.jobs),
				r.machine.marks)
		}
		if r.machine.jobs[0].Overlays[0].Canvas != image.Pt(20, 10) {
			t.Errorf("the plan lays %+v over it", r.machine.jobs[0].Overlays)
		}
		r.idle(t)
	})
}

// TestDeadWatermark: its failure has its own status, names it, is remembered as its own, and leaves the picture alone.
func TestDeadWatermark(t *testing.T) {
	for _, kind := range []fault.Kind{
		fault.SourceNotFound, fault.OriginFailed, fault.SourceForbidden, fault.SourceTooLarge,
		fault.BadSource,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.origin.fresh = time.Minute
				r.origin.fails = map[string]error{logo: fault.New(kind, "nothing there")}
				_, err := r.Render(t.Context(), markedRequest(100, logo), format.WebP, nil)
				wantOfMark(t, err, kind, "the watermark: nothing there")
				_, again := r.Render(t.Context(), markedRequest(101, logo), format.WebP, nil)
				wantOfMark(t, again, kind, "the watermark: nothing there")
				if _, err := r.Render(t.Context(), request(100), format.WebP, nil); err != nil {
					t.Errorf("the picture suffers: %v", err)
				}
				r.idle(t)
			})
		})
	}
}

// wantOfMark checks that a fault is the watermark's.
func wantOfMark(t *testing.T, err error, kind fault.Kind, detail string) {
	t.Helper()
	f := fault.From(err)
	if err == nil || f.Kind != kind || f.Detail != detail || f.Param != "wm" || f.Part != 1 {
		t.Errorf("got %v of %q, part %d; want %v: %s", err, f.Param, f.Part, kind, detail)
	}
}

// TestBlameOfWatermark: what the engine or a header says of one part is remembered of that part alone.
func TestBlameOfWatermark(t *testing.T) {
	for part, guilty := range []string{"https://example.com/a.jpg", logo} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			r.origin.fresh = time.Minute
			r.machine.fails = map[int]error{100: fault.OfPart(fault.New(fault.DamagedImage, "cut short"), part)}
			_, err := r.Render(t.Context(), markedRequest(100, logo), format.WebP, nil)
			if part == 1 {
				wantOfMark(t, err, fault.DamagedImage, "the watermark: cut short")
			} else if f := fault.From(err); f.Part != 0 || f.Detail != "cut short" || f.Param != "" {
				t.Errorf("got %v of part %d", err, f.Part)
			}
			r.machine.fails = nil
			for url, key := range map[string]sourceKey{
				"https://example.com/a.jpg": {url: "https://example.com/a.jpg"},
				logo:                        {url: logo},
			} {
				b, _ := r.sources.memory.recall(key, 0, time.Now())
				broken := r.sources.memory.broken(key, scope{pixels: true}, 0, time.Now())
				if (b != nil) == (url == guilty) || (broken != nil) != (url == guilty) {
					t.Errorf("part %d: %s is kept: %t, remembered: %v", part, url, b != nil, broken)
				}
			}
			r.idle(t)
		})
	}
}

// TestWatermarkHeader: a watermark that is no picture, or has too many pixels, is its own fault.
func TestWatermarkHeader(t *testing.T) {
	var large bytes.Buffer
	if err := png.Encode(&large, image.NewGray(image.Rect(0, 0, 1100, 1000))); err != nil {
		t.Fatal(err)
	}
	r := New(Config{Limits: limits, Timeout: time.Minute, Watermarks: map[string]named.Picture{
		"text": named.New([]byte("this is no picture")), "large": named.New(large.Bytes()),
	}})
	picture := newRig(t).origin.body
	for name, kind := range map[string]fault.Kind{"text": fault.NotAnImage, "large": fault.TooManyPixels} {
		_, err := r.Upload(t.Context(), picture, markedRequest(100, name).Params, format.WebP)
		if f := fault.From(err); err == nil || f.Kind != kind || f.Part != 1 ||
			!strings.HasPrefix(f.Detail, "the watermark: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := r.Upload(t.Context(), picture, markedRequest(100, "nobody").Params, format.WebP)
	if f := fault.From(err); err == nil || f.Kind != fault.BadParameter || f.Param != "wm" ||
		!strings.Contains(f.Detail, `"nobody"`) {
		t.Errorf("a name that nothing has: %v", err)
	}
}

// purgedAt is Purges of some sources.
type purgedAt struct {
	mu      sync.Mutex
	applied uint64
	last    map[string]uint64
}

func (p *purgedAt) Applied() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.applied
}

func (p *purgedAt) Last(source, _ string) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[source]
}

func (p *purgedAt) purge(source string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.applied++
	p.last[source] = p.applied
}

// TestPurgeOfWatermark: a purge of the watermark's URL ends what was made of it, also while it is made, and neither costs
// the picture a download nor makes a result of an older picture look old for ever.
func TestPurgeOfWatermark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		purges := &purgedAt{last: map[string]uint64{}}
		r.sources = newSources(r.origin, 30*time.Second, sourceCache, purges)
		ask := func(width int) uint64 {
			t.Helper()
			a := <-r.ask(t.Context(), markedRequest(width, logo))
			if a.err != nil {
				t.Fatal(a.err)
			}
			return a.Blob.Generation
		}
		if got := ask(100); got != 0 {
			t.Errorf("generation %d before any purge", got)
		}
		purges.purge(logo)
		if got := ask(101); got != 1 || len(r.origin.fetched) != 3 {
			t.Errorf("after a purge of the watermark: generation %d and %d downloads, want 1 and 3", got,
				len(r.origin.fetched))
		}
		old := r.ask(t.Context(), markedRequest(102, logo))
		time.Sleep(500 * time.Millisecond)
		purges.purge(logo)
		fresh := r.ask(t.Context(), markedRequest(102, logo))
		a, b := <-old, <-fresh
		if a.err != nil || b.err != nil || a.Blob.Generation != 1 || b.Blob.Generation != 2 || b.State != Miss {
			t.Errorf("purged while in work: %+v, %+v", a, b)
		}
		r.idle(t)
	})
}
