//go:build unix

package engine

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/sample"
)

// BenchmarkProcessor tells the processor time of a job from memory to memory, the collector's included, what comes before
// it not: a busy machine makes it little longer. bench compares the two engines by it.
func BenchmarkProcessor(b *testing.B) {
	photo, err := sample.New().Fetch(b.Context(), "sample:photo")
	if err == nil {
		err = Prepare("")
	}
	if err != nil {
		b.Fatal(err)
	}
	for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF, format.PNG} {
		b.Run(out.Title(), func(b *testing.B) {
			p := planned(b, photo.Data, "w=640", out)
			job := func() {
				if _, _, err := (Engine{}).Run(&blob.Blob{Data: photo.Data}, p); err != nil {
					b.Fatal(err)
				}
			}
			job()        // what is made once
			runtime.GC() // what was left by others
			before := processorTime(b)
			for b.Loop() {
				job()
			}
			b.ReportMetric((processorTime(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
