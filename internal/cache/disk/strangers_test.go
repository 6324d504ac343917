package disk

import (
	"encoding/binary"
	"runtime"
	"testing"

	"imagekit/internal/cache"
)

// What a scan finds costs the heap 8 bytes an entry, and no garbage.
func TestStrangersAreSmall(t *testing.T) {
	const n = 200_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var l strangers
	defer l.release()
	for i := range uint32(n) {
		var id cache.ID
		binary.BigEndian.PutUint32(id[:], i)
		l.add(id, 4096, i*7919%n) // in no order
	}
	last, count := uint32(n), 0
	for s := range l.lastUsedFirst() {
		if s.seen > last || s.bytes() != 4096 || binary.BigEndian.Uint32(s.id[:])*7919%n != s.seen {
			t.Fatalf("%+v after one used at %d", s, last)
		}
		last = s.seen
		count++
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; count != n || grown > 12*n {
		t.Errorf("%d entries, %.1f bytes of heap each", count, float64(grown)/n)
	}
}
