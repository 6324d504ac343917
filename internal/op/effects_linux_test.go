package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

func BenchmarkEffects(b *testing.B) {
	for _, e := range samples {
		for _, alpha := range []bool{false, true} {
			kind := map[bool]string{false: "opaque", true: "alpha"}[alpha]
			b.Run(fmt.Sprintf("%s/%g/%s", effect.Table[e.Kind].Name, e.Number, kind), func(b *testing.B) {
				n := 3
				if alpha {
					n = 4
				}
				f, err := frame.New(frame.RGB, 16, 640, 480, frame.Full(n, 640, 480)...)
				if err != nil {
					b.Fatal(err)
				}
				defer f.Release()
				f.Premultiplied = alpha
				noise := noiseFor(f)
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				least := time.Duration(math.MaxInt64)
				for b.Loop() {
					g := *f
					noise.put(&g) // an effect of its own result is another: colours end at black and white
					start := threadTime(b)
					if err := Apply(&g, e); err != nil {
						b.Fatal(err)
					}
					least = min(least, threadTime(b)-start)
				}
				b.ReportMetric(least.Seconds()*1000, "least-ms") // what it costs where nothing else runs
			})
		}
	}
}

// noise is what the planes of a frame are filled with, row by row.
type noise [][]uint16

// noiseFor returns noise for a frame, alpha included. With it no colour is above its alpha.
func noiseFor(f *frame.Frame) noise {
	r := rand.New(rand.NewPCG(1, 2))
	list := channels(f)
	all := make(noise, len(list)*f.Height)
	for i := range all {
		all[i] = make([]uint16, f.Width)
		for x := range all[i] {
			all[i][x] = uint16(r.Uint32())
		}
	}
	if f.HasAlpha() {
		for i, row := range all[:len(f.Planes)*f.Height] {
			for x, a := range all[len(f.Planes)*f.Height+i%f.Height] {
				row[x] = uint16(uint32(row[x]) * uint32(a) / opaque)
			}
		}
	}
	return all
}

func (n noise) put(f *frame.Frame) {
	for i, p := range channels(f) {
		for y := range f.Height {
			copy(words(p, y), n[i*f.Height+y])
		}
	}
}

// threadTime is how long this thread has been on a core: waiting for one does not count.
func threadTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}
