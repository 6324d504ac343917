package disk

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"imagekit/internal/cache"
)

// BenchmarkHit is what a cached 50 KB answer costs before HTTP: open, fstat, one read, two checksums, close.
func BenchmarkHit(b *testing.B) {
	for _, n := range []int{5_000, 50_000, 500_000} {
		b.Run(fmt.Sprintf("%d bytes", n), func(b *testing.B) {
			c := cache.New(open(b, b.TempDir(), 1<<30), nil, nil)
			const keys = 100
			for i := range keys {
				key := fmt.Sprintf("https://example.com/photos/%d.jpg w=400 f=webp", i)
				keep(b, c, key, newBlob(key, n))
			}
			b.SetBytes(int64(n))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					key := fmt.Sprintf("https://example.com/photos/%d.jpg w=400 f=webp", i%keys)
					if _, ok := c.Get(b.Context(), key); !ok {
						b.Fatal("miss")
					}
				}
			})
		})
	}
}

// BenchmarkIndex tells what an entry costs in the index: time to add it, and memory kept for it.
func BenchmarkIndex(b *testing.B) {
	now := time.Unix(1_700_000_000, 0)
	x := newIndex(math.MaxInt64)
	before := heap()
	i := uint64(0)
	for b.Loop() {
		i++
		var id cache.ID
		binary.BigEndian.PutUint64(id[:], i*0x9e3779b97f4a7c15)
		x.install(id, 50_000, 0, now)
	}
	b.ReportMetric(float64(heap()-before)/float64(i), "B/entry")
	runtime.KeepAlive(x)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
