//go:build unix

package worker

import (
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// TestBlameOfParts: a part that ends its worker is refused after the second time, named, and the other one goes on without
// it; a picture that ends its worker does not close its overlay to others.
func TestBlameOfParts(t *testing.T) {
	pl := testPlan
	pl.Overlays = []plan.Overlay{{}, {}}
	do := func(p *Pool, picture, first, second string) *fault.Error {
		t.Helper()
		_, _, err := p.Run(t.Context(), file(picture), pl, file(first), file(second))
		if err == nil {
			return nil
		}
		return fault.From(err)
	}
	for _, tt := range []struct {
		name                   string
		picture, first, second string
		part                   int
	}{
		{"first overlay", "echo", "exit", "fine", 1},
		{"second overlay", "echo", "fine", "exit", 2},
		{"picture", "exit", "fine", "fine", 0},
		{"picture, in its last stage", "stages exit", "fine", "fine", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t, Config{Workers: 1})
			for i, deaths := range []uint64{1, 2, 2} { // the third time without a worker
				f := do(p, tt.picture, tt.first, tt.second)
				if f == nil || f.Kind != fault.DamagedImage || f.Part != tt.part || !f.Passing {
					t.Fatalf("try %d: got %v of part %d", i+1, f, f.Part)
				}
				if got := p.Stats().Deaths[Crashed.String()]; got != deaths {
					t.Errorf("try %d: %d deaths, want %d", i+1, got, deaths)
				}
			}
			if f := do(p, "echo", "fine", "fine"); f != nil {
				t.Errorf("innocent parts are refused: %v", f)
			}
			if n := p.Stats().Poisoned; n != 1 {
				t.Errorf("%d sources refused, want 1", n)
			}
		})
	}
	p := newPool(t, Config{Workers: 1})
	if _, _, err := p.Run(t.Context(), file("echo"), pl, file("fine")); err == nil ||
		fault.From(err).Kind != fault.Internal {
		t.Errorf("an overlay without its source: %v", err)
	}
}

func TestStart(t *testing.T) {
	if got := start(testPlan); got != (place{0, stage.Decode}) {
		t.Errorf("without overlays a job starts at %v", got)
	}
	marked := testPlan
	marked.Overlays = []plan.Overlay{{}}
	if got := start(marked); got != (place{1, stage.Decode}) {
		t.Errorf("with an overlay a job starts at %v", got)
	}
}

// TestPartsAreCounted: the bytes of every part count against the bounds of a job.
func TestPartsAreCounted(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	pl := testPlan
	pl.Overlays = []plan.Overlay{{}}
	large := &blob.Blob{Data: make([]byte, maxKept+1000)}
	j, err := p.newJob(t.Context(), file("echo"), pl, []*blob.Blob{large})
	if err != nil {
		t.Fatal(err)
	}
	if want := pl.Memory + 2*int64(len("echo")+1000); j.memory != want {
		t.Errorf("the job needs %d bytes, want %d", j.memory, want)
	}
}
