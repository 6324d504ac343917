//go:build unix

package worker

import (
	"testing"

	"imagekit/internal/blob"
)

// BenchmarkHop is what a job costs beyond its work: 1 MB there, 50 KB back.
func BenchmarkHop(b *testing.B) {
	p := newPool(b, Config{Workers: 1, MaxJobs: 1 << 30})
	src := &blob.Blob{Data: append([]byte("small "), make([]byte, 1<<20)...)}
	if _, _, err := p.Run(b.Context(), src, testPlan); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src.Data)))
	for b.Loop() {
		if _, _, err := p.Run(b.Context(), src, testPlan); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		header, err := encodeJob(testPlan)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, _, err := decodeJob(header, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is the life of a worker without a job, from its start to its hello and its end.
func BenchmarkStart(b *testing.B) {
	for _, mode := range []Mode{Off, Auto} {
		b.Run(string(mode), func(b *testing.B) {
			p := newPool(b, Config{Workers: 1, Sandbox: mode})
			for b.Loop() {
				if err := p.try(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
