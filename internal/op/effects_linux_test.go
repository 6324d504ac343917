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
				r := rand.New(rand.NewPCG(1, 2))
				f, err := frame.New(frame.RGB, 16, 640, 480, frame.Full(n, 640, 480)...)
				if err != nil {
					b.Fatal(err)
				}
				defer f.Release()
				f.Premultiplied = alpha
				for _, p := range channels(f) {
					for y := range f.Height {
						for x := range words(p, y) {
							words(p, y)[x] = uint16(r.Uint32())
						}
					}
				}
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				least := time.Duration(math.MaxInt64)
				for b.Loop() {
					g := *f
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

// threadTime is how long this thread has been on a core: waiting for one does not count.
func threadTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}
