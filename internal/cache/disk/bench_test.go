package disk

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
	"unsafe"

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

// TestIndexIsSmall: a million entries take 48 bytes each outside the heap and 8 at most on it, and are found, and go in their
// order.
func TestIndexIsSmall(t *testing.T) {
	const n = 1_000_000
	before, resident := heap(), rss(t)
	x := filled(n)
	perHeap, per := float64(heap()-before)/n, float64(rss(t)-resident)/n
	t.Logf("%.1f bytes an entry, %.1f of them on the heap", per, perHeap)
	if perHeap > 8 || int(unsafe.Sizeof(slot{})) > 48 {
		t.Errorf("%.1f bytes an entry on the heap and %d in slots, want at most 8 and 48", perHeap, unsafe.Sizeof(slot{}))
	}
	if used, entries := x.usage(); entries != n || used != n*4096 {
		t.Errorf("%d entries of %d bytes", entries, used)
	}
	for i := range uint64(n) {
		ok, victim, found := x.reserve(4096, ceiling{n * 4096, n})
		if ok || !found || victim != numbered(i) {
			t.Fatalf("entry %d is not the oldest", i)
		}
		x.remove(victim)
		x.install(victim, 4096, 0, time.Unix(1_700_000_001, 0))
	}
	x.close()
}

func numbered(i uint64) (id cache.ID) {
	binary.BigEndian.PutUint64(id[:], (i+1)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(id[8:], (i+1)*0xc2b2ae3d27d4eb4f)
	return id
}

func filled(n int) *index {
	x := newIndex(math.MaxInt64)
	for i := range uint64(n) {
		x.install(numbered(i), 4096, 0, time.Unix(1_700_000_000, 0))
	}
	return x
}

// BenchmarkIndex tells what a look at an index of a million entries takes.
func BenchmarkIndex(b *testing.B) {
	const n = 1_000_000
	x := filled(n)
	defer x.close()
	now := time.Unix(1_700_000_000, 0)
	for i := uint64(0); b.Loop(); i++ {
		x.touch(numbered(i*7919%n), 4096, now)
	}
}

// rss returns the memory this process has in RAM.
func rss(t *testing.T) int64 {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("resident memory cannot be read here: ", err)
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestIndexAgainstModel does the same at random to the index and to a plain list, and wants the same order and sizes.
func TestIndexAgainstModel(t *testing.T) {
	x := newIndex(math.MaxInt64)
	defer x.close()
	var order []cache.ID // unused longest first
	sizes := map[cache.ID]int64{}
	for i := range 50_000 {
		id := numbered(rand.Uint64N(3000))
		id[0] = byte(rand.IntN(4)) // so that the parts of the table get full
		size := int64(1+rand.IntN(100)) * blockSize
		at := slices.Index(order, id)
		switch rand.IntN(4) {
		case 0, 1:
			x.install(id, size, 0, time.Unix(int64(i), 0))
			if at >= 0 {
				order = slices.Delete(order, at, at+1)
			}
			order, sizes[id] = append(order, id), size
		case 2:
			if known := x.touch(id, size, time.Unix(int64(i), 0)); known != (at >= 0) {
				t.Fatalf("step %d: touch says %t", i, known)
			}
			if at >= 0 {
				order, sizes[id] = append(slices.Delete(order, at, at+1), id), size
			}
		case 3:
			x.remove(id)
			if at >= 0 {
				order = slices.Delete(order, at, at+1)
				delete(sizes, id)
			}
		}
		var sum int64
		if i%500 == 0 {
			for _, s := range sizes {
				sum += s
			}
			if used, entries := x.usage(); used != sum || entries != int64(len(order)) {
				t.Fatalf("step %d: %d bytes in %d entries, want %d in %d", i, used, entries, sum, len(order))
			}
			for _, id := range order {
				if !x.has(id) {
					t.Fatalf("step %d: an entry is lost", i)
				}
			}
		}
		if _, oldest, found := x.reserve(1, ceiling{}); found != (len(order) > 0) || found && oldest != order[0] {
			t.Fatalf("step %d: another entry is the oldest", i)
		}
	}
}
