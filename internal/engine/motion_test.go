package engine

import (
	"errors"
	"image"
	"image/color"
	"io"
	"testing"
	"time"

	"imagekit/internal/codec/gif"
	"imagekit/internal/codec/webp"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// played is a picture of a result that moves.
type played struct {
	img   *image.NRGBA
	delay time.Duration
}

// play returns all pictures of a result.
func play(t testing.TB, data []byte) (list []played) {
	t.Helper()
	info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	var d decoder
	if info.Format == format.GIF {
		d, err = gif.NewAnimation(data)
	} else {
		d, err = webp.NewAnimation(data, info.Width, info.Height)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer d.Release()
	for {
		f, delay, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, played{picture(f), delay})
	}
}

// needsMotion skips a test of a format that does not move in this engine.
func needsMotion(t *testing.T, out format.Format) {
	t.Helper()
	if !out.Portable() {
		t.Skipf("the portable engine writes no moving %s", out.Title())
	}
}

func picture(f *frame.Frame) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, f.Width, f.Height))
	for y := range f.Height {
		for x := range f.Width {
			at := func(p frame.Plane) uint8 { return p.Row(y, 8)[x] }
			img.SetNRGBA(x, y, color.NRGBA{at(f.Planes[0]), at(f.Planes[1]), at(f.Planes[2]), at(f.Alpha)})
		}
	}
	return img
}

// What moves plays the same in every format: pictures, times, how often.
func TestMotion(t *testing.T) {
	for _, out := range []format.Format{format.WebP, format.GIF} {
		for _, c := range []struct {
			query string
			order [4]int // which quarter of the source comes where
			size  image.Point
		}{
			{"", [4]int{0, 1, 2, 3}, image.Pt(40, 40)},
			{"w=30", [4]int{0, 1, 2, 3}, image.Pt(30, 30)},
			{"w=80&up=1&kernel=nearest", [4]int{0, 1, 2, 3}, image.Pt(80, 80)},
			{"rot=90", [4]int{2, 0, 3, 1}, image.Pt(40, 40)},
			{"flip=h&w=20", [4]int{1, 0, 3, 2}, image.Pt(20, 20)},
		} {
			t.Run(out.String()+" "+c.query, func(t *testing.T) {
				needsMotion(t, out)
				p := planned(t, movie(t), c.query+"&q=100", out)
				data := runPlan(t, movie(t), p)
				info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
				if err != nil || info.Motion.Repeats != 2 || info.Width != c.size.X || info.Height != c.size.Y {
					t.Errorf("want two repeats of %v, got %v of %d×%d (%v)", c.size, info.Motion, info.Width, info.Height,
						err)
				}
				all := play(t, data)
				if len(all) != len(moviePages) {
					t.Fatalf("want %d pictures, got %d", len(moviePages), len(all))
				}
				for i, shown := range all {
					if shown.delay != moviePlays[i] {
						t.Errorf("picture %d is shown for %v, want %v", i, shown.delay, moviePlays[i])
					}
					var want []color.NRGBA
					for _, from := range c.order {
						want = append(want, moviePages[i][from])
					}
					near(t, shown.img, want)
				}
			})
		}
	}
}

// near is corners for what a lossy encoder or a palette made.
func near(t *testing.T, img *image.NRGBA, want []color.NRGBA) {
	t.Helper()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for i, at := range []image.Point{{w / 4, h / 4}, {3 * w / 4, h / 4}, {w / 4, 3 * h / 4}, {3 * w / 4, 3 * h / 4}} {
		got := img.NRGBAAt(at.X, at.Y)
		if want[i].A == 0 && got.A == 0 {
			continue
		}
		if colorDistance(got, want[i]) > 8 {
			t.Errorf("at %v: got %v, want %v", at, got, want[i])
		}
	}
}

// Every effect and all that goes around the picture is done to each of them: each looks like the still of its page.
func TestMotionIsDoneToEach(t *testing.T) {
	src := movie(t)
	for _, query := range []string{
		"blur=2", "gray=1", "invert=1", "duotone=102030,f0e0d0", "padding=6&bg=336699", "border=3,00f", "radius=max", "w=50&h=30&fit=pad",
		"w=30&h=12&fit=cover&g=left", "crop=10,10,20,20", "bg=fff", "sharpen=1&hue=90", "w=33&h=21&fit=fill", "pixelate=8",
	} {
		for _, out := range []format.Format{format.WebP, format.GIF} {
			t.Run(out.String()+" "+query, func(t *testing.T) {
				needsMotion(t, out)
				all := play(t, runPlan(t, src, planned(t, src, query+"&q=100", out)))
				if len(all) != 4 {
					t.Fatalf("want 4 pictures, got %d", len(all))
				}
				for i, shown := range all {
					still := run(t, src, query+"&page="+string(rune('1'+i)), format.PNG)
					if shown.img.Rect != still.img.Rect {
						t.Fatalf("picture %d is %v, its still %v", i, shown.img.Rect, still.img.Rect)
					}
					least := 20.0 // what hard edges of colour lose by chroma of half the size
					if out == format.GIF {
						least = 27
						hard(still.img)
					}
					a, b := imagetest.Over(shown.img, white), imagetest.Over(still.img, white)
					if psnr := imagetest.PSNR(a, b); psnr < least {
						t.Errorf("picture %d: %.1f dB from its still", i, psnr)
					}
				}
			})
		}
	}
}

// hard makes alpha all or nothing.
func hard(img *image.NRGBA) {
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = img.Pix[i] / 128 * 255
	}
}

// A result of a source with few colours has exactly these.
func TestGIFStaysExact(t *testing.T) {
	src := movie(t)
	before, after := play(t, src), play(t, runPlan(t, src, planned(t, src, "", format.GIF)))
	for i := range before {
		if psnr := imagetest.PSNR(imagetest.Over(before[i].img, white), imagetest.Over(after[i].img, white)); psnr < 99 {
			t.Errorf("picture %d: %.1f dB from the source's", i, psnr)
		}
	}
}

// A GIF has no profile: the colours of one that others would carry are sRGB's there (CSS Color 4 §17).
func TestGIFHasNoProfile(t *testing.T) {
	for kind, c := range map[icc.Kind]color.NRGBA{icc.DisplayP3: {65, 101, 197, 255}, icc.AdobeRGB: {72, 102, 200, 255}} {
		src := imagetest.EncodePNG(t, plain(32, 32, c), imagetest.PNG{ICC: icc.Profile(kind)})
		got := run(t, src, "", format.GIF).img.NRGBAAt(16, 16)
		if want := (color.NRGBA{51, 102, 204, 255}); colorDistance(got, want) > 2 {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
	}
}

// What is too much is its first picture, and says so; where motion is asked for it is refused.
func TestMotionOverTheBudget(t *testing.T) {
	src, out := movie(t), format.WebP
	if !out.Portable() {
		out = format.GIF
	}
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why    string
		change func(*plan.Limits)
		query  string
		kind   fault.Kind
	}{
		{"frames", func(l *plan.Limits) { l.MaxFrames = 3 }, "", fault.TooManyPixels},
		{"pixels", func(l *plan.Limits) { l.MaxFramePixels = 4*40*40 - 1 }, "", fault.TooManyPixels},
		{"pixels", func(l *plan.Limits) { l.MaxFramePixels = 4*80*80 - 1 }, "&w=80&up=1", fault.TooManyPixels},
		{
			"memory", func(l *plan.Limits) { l.Memory = planned(t, src, "anim=0", out).Memory }, "",
			fault.TooMuchMemory,
		},
	} {
		t.Run(c.why+c.query, func(t *testing.T) {
			l := limits
			c.change(&l)
			p, err := plan.New(info, parse(t, "q=80"+c.query), out, l)
			if err != nil || p.Moves() || p.Still != c.why {
				t.Fatalf("want a still for %q, got %q (%v)", c.why, p.Still, err)
			}
			runPlan(t, src, p)
			if _, err := plan.New(info, parse(t, "anim=1"+c.query), out, l); err == nil ||
				fault.From(err).Kind != c.kind {
				t.Errorf("with anim=1: want %v, got %v", c.kind, err)
			}
		})
	}
}
