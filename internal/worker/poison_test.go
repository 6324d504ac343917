//go:build unix

package worker

import (
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// file is a source that was fetched.
func file(text string) *blob.Blob { return &blob.Blob{Data: []byte(text)} }

// crash blames a source for a crash while it was decoded.
func (p *poison) crash(src *blob.Blob, now time.Time) {
	p.blame(src, testPlan, stage.Decode, Crashed, now)
}

func TestPoison(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	source := file("a file")
	for _, tt := range []struct {
		name  string
		blame []Cause // one second apart
		after time.Duration
		want  fault.Kind // Internal stands for "not refused"
	}{
		{"innocent", nil, 0, fault.Internal},
		{"one crash", []Cause{Crashed}, 0, fault.Internal},
		{"two crashes", []Cause{Crashed, Crashed}, 0, fault.DamagedImage},
		{"nonsense", []Cause{Babbled, Babbled}, 0, fault.DamagedImage},
		{"memory", []Cause{Hungry, Hungry}, 0, fault.TooMuchMemory},
		{"kills", []Cause{Killed, Killed, Killed}, 0, fault.Internal},
		{"timeouts", slices.Repeat([]Cause{TimedOut}, 12), 0, fault.Internal},
		{"a crash among others", []Cause{TimedOut, Crashed, Killed}, 0, fault.Internal},
		{"never to blame", []Cause{Abandoned, Idle, Unstarted, Abandoned}, 0, fault.Internal},
		{"until the end", []Cause{Crashed, Crashed}, time.Minute, fault.DamagedImage},
		{"after the end", []Cause{Crashed, Crashed}, time.Minute + 1, fault.Internal},
		{"the latest counts", []Cause{Crashed, Crashed, Crashed}, time.Minute, fault.DamagedImage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPoison(time.Minute)
			now := start
			for _, c := range tt.blame {
				now = now.Add(time.Second)
				p.blame(source, testPlan, stage.Decode, c, now)
			}
			now = now.Add(tt.after)
			wantSize := 0
			if tt.want != fault.Internal {
				wantSize = 1
			}
			if got := p.size(now); got != wantSize {
				t.Errorf("%d refused, want %d", got, wantSize)
			}
			err := p.check(source, testPlan, now)
			if tt.want == fault.Internal {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
			} else {
				wantFault(t, err, tt.want)
			}
			if err := p.check(file("another file"), testPlan, now); err != nil {
				t.Errorf("another file is refused: %v", err)
			}
		})
	}
}

// deed is something done to a source, in which a worker died.
type deed struct {
	src  *blob.Blob
	plan plan.Plan
	at   stage.Stage
}

// variants are plans of other classes than testPlan.
func variants() (avif, small, shrunk, cropped plan.Plan) {
	avif, small, shrunk, cropped = testPlan, testPlan, testPlan, testPlan
	avif.Format = format.AVIF
	small.Width, small.Canvas = 1, image.Pt(1, 100)
	shrunk.Shrink = 8
	cropped.Crop = image.Rect(1, 1, 2, 2)
	return avif, small, shrunk, cropped
}

// TestPoisonIsNarrow: what ended a worker twice closes nothing but the same stage of the same kind of work.
func TestPoisonIsNarrow(t *testing.T) {
	now, source := time.Now(), file("a file")
	upload := &blob.Blob{Data: source.Data, Upload: true}
	avif, small, shrunk, cropped := variants()
	for _, tt := range []struct {
		name    string
		deeds   []deed
		refused []plan.Plan // of source
		free    []plan.Plan
	}{
		{
			"in the decoder: all formats and sizes that decode alike",
			slices.Repeat([]deed{{source, testPlan, stage.Decode}}, 2),
			[]plan.Plan{testPlan, avif, small},
			[]plan.Plan{shrunk, cropped},
		},
		{
			"in the resize",
			slices.Repeat([]deed{{source, testPlan, stage.Resize}}, 2),
			[]plan.Plan{testPlan, avif},
			[]plan.Plan{shrunk, cropped, small},
		},
		{
			"in the encoder: its format and size",
			slices.Repeat([]deed{{source, testPlan, stage.Encode}}, 2),
			[]plan.Plan{testPlan, shrunk, cropped},
			[]plan.Plan{avif, small},
		},
		{
			"in two stages, once each",
			[]deed{{source, testPlan, stage.Decode}, {source, testPlan, stage.Encode}},
			nil,
			[]plan.Plan{testPlan},
		},
		{
			"by uploads",
			slices.Repeat([]deed{{upload, testPlan, stage.Decode}}, 12),
			nil,
			[]plan.Plan{testPlan, avif, small, shrunk, cropped},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPoison(time.Minute)
			for _, d := range tt.deeds {
				p.blame(d.src, d.plan, d.at, Crashed, now)
			}
			for i, pl := range tt.refused {
				if p.check(source, pl, now) == nil {
					t.Errorf("plan %d is tried again", i)
				}
			}
			for i, pl := range tt.free {
				if err := p.check(source, pl, now); err != nil {
					t.Errorf("innocent plan %d: %v", i, err)
				}
			}
		})
	}
}

func TestPoisonStrikesExpire(t *testing.T) {
	p, now := newPoison(time.Minute), time.Now()
	p.crash(file("a file"), now)
	p.crash(file("another"), now.Add(time.Minute)) // keeps the list from being cleared at once
	p.crash(file("a file"), now.Add(2*time.Minute))
	if err := p.check(file("a file"), testPlan, now.Add(2*time.Minute)); err != nil {
		t.Errorf("two crashes in two minutes: %v", err)
	}
}

func TestPoisonIsBounded(t *testing.T) {
	p, now := newPoison(time.Minute), time.Now()
	for i := range maxPoison + 10 {
		for range fatal {
			p.crash(file(strconv.Itoa(i)), now.Add(time.Duration(i)))
		}
	}
	if got := p.size(now); got != maxPoison {
		t.Errorf("%d sources, want %d", got, maxPoison)
	}
	if p.check(file("9"), testPlan, now) != nil || p.check(file("10"), testPlan, now) == nil {
		t.Error("the oldest ones should have made room, and only they")
	}
	p.crash(file("new"), now.Add(2*time.Minute))
	if len(p.suspect) != 1 {
		t.Errorf("%d sources remembered, want the expired ones forgotten", len(p.suspect))
	}
}

func TestTail(t *testing.T) {
	var w tail
	if w.quote() != "" {
		t.Errorf("quote of nothing: %q", w.quote())
	}
	for _, text := range []string{"lost", strings.Repeat("a", tailLen-3), "end"} {
		if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
	}
	if got, want := w.String(), strings.Repeat("a", tailLen-3)+"end"; got != want {
		t.Errorf("kept %d bytes ending in %q", len(got), got[max(0, len(got)-5):])
	}
	_, _ = w.Write([]byte(strings.Repeat("b", 3*tailLen)))
	if got := w.String(); got != strings.Repeat("b", tailLen) {
		t.Errorf("kept %d bytes of one long write", len(got))
	}
}
