// Package cachetest is the suite that every cache.Store must pass, and a store in memory that does.
package cachetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"imagekit/internal/cache"
)

const (
	bigEntry = 1 << 20
	// minLimit leaves room for what a test keeps at once, maxLimit keeps the test of the bound short.
	minLimit = 4 * bigEntry
	maxLimit = 64 * bigEntry
)

// Run tests the duties that cache.Store states. open returns a new empty store each time, with a limit of
// 4 to 64 MiB or none, and closes it by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) cache.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, cache.Store)
	}{
		{"missing", testMissing},
		{"round trip", testRoundTrip},
		{"parts", testParts},
		{"overwrite", testOverwrite},
		{"delete", testDelete},
		{"slices are not shared", testNotShared},
		{"similar ids", testSimilarIDs},
		{"cancelled context", testCancelled},
		{"usage", testUsage},
		{"bound", testBound},
		{"concurrent, one id", testConcurrentSame},
		{"concurrent, many ids", testConcurrentMany},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			if l := s.Usage().LimitBytes; l != 0 && (l < minLimit || l > maxLimit) {
				t.Fatalf("the suite wants a limit of %d to %d bytes or none, got %d", minLimit, maxLimit, l)
			}
			tt.run(t, s)
		})
	}
}

func testMissing(t *testing.T, s cache.Store) { wantMissing(t, s, cache.NewID("nothing")) }

func testRoundTrip(t *testing.T, s cache.Store) {
	for _, n := range []int{0, 1, 511, 4096, 4097, 50_000, bigEntry} {
		t.Run(fmt.Sprintf("%d bytes", n), func(t *testing.T) {
			id := cache.NewID(fmt.Sprint(n))
			put(t, s, id, pattern(n, 1))
			want(t, s, id, pattern(n, 1))
			want(t, s, id, pattern(n, 1)) // reading does not consume
		})
	}
}

func testParts(t *testing.T, s cache.Store) {
	rows := []struct {
		name  string
		parts [][]byte
		want  string
	}{
		{"none", nil, ""},
		{"two", [][]byte{[]byte("head"), []byte("body")}, "headbody"},
		{"some empty", [][]byte{nil, []byte("a"), {}, []byte("b")}, "ab"},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			id := cache.NewID(tt.name)
			put(t, s, id, tt.parts...)
			want(t, s, id, []byte(tt.want))
		})
	}
}

func testOverwrite(t *testing.T, s cache.Store) {
	id := cache.NewID("a")
	for i, n := range []int{10_000, 20, 30_000, 0} {
		put(t, s, id, pattern(n, byte(i)))
		want(t, s, id, pattern(n, byte(i)))
	}
	if got := s.Usage().Entries; got != 1 {
		t.Errorf("one id written four times counts as %d entries", got)
	}
}

func testDelete(t *testing.T, s cache.Store) {
	a, b := cache.NewID("a"), cache.NewID("b")
	put(t, s, a, []byte("A"))
	put(t, s, b, []byte("B"))
	for range 2 { // the second time there is nothing to delete
		if err := s.Delete(t.Context(), a); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		wantMissing(t, s, a)
	}
	want(t, s, b, []byte("B"))
	put(t, s, a, []byte("A again"))
	want(t, s, a, []byte("A again"))
}

func testNotShared(t *testing.T, s cache.Store) {
	id, part := cache.NewID("a"), []byte("written")
	put(t, s, id, part)
	copy(part, "XXXXXXX")
	got, err := s.Get(t.Context(), id)
	if err != nil || string(got) != "written" {
		t.Fatalf("changing a part after Put changed the entry: %q, %v", got, err)
	}
	put(t, s, id, []byte("another"))
	if string(got) != "written" {
		t.Fatalf("a later Put changed what Get had returned: %q", got)
	}
}

func testSimilarIDs(t *testing.T, s cache.Store) {
	var ids []cache.ID
	for bit := range 8 * len(cache.ID{}) {
		id := cache.NewID("a")
		id[bit/8] ^= 1 << (bit % 8)
		ids = append(ids, id)
	}
	ids = append(ids, cache.ID{}, cache.ID(bytes.Repeat([]byte{0xff}, 32)),
		cache.ID([]byte("../../../../../../../../etc/hosts")[:32]))
	for _, id := range ids {
		put(t, s, id, id[:])
	}
	for _, id := range ids {
		want(t, s, id, id[:])
	}
}

func testCancelled(t *testing.T, s cache.Store) {
	id, other := cache.NewID("a"), cache.NewID("b")
	put(t, s, id, []byte("A"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.Get(ctx, id); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("Get with a cancelled context: %q, %v, want nothing and context.Canceled", got, err)
	}
	if err := s.Put(ctx, other, []byte("B")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put with a cancelled context: %v, want context.Canceled", err)
	}
	if err := s.Delete(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("Delete with a cancelled context: %v, want context.Canceled", err)
	}
	want(t, s, id, []byte("A"))
	wantMissing(t, s, other)
}

func testUsage(t *testing.T, s cache.Store) {
	if u := s.Usage(); u.SizeBytes != 0 || u.Entries != 0 || u.Evictions != 0 {
		t.Fatalf("a new store has %+v, want nothing", u)
	}
	const n = 10_000
	for _, key := range []string{"a", "b", "c"} {
		put(t, s, cache.NewID(key), pattern(n, 0))
	}
	u := s.Usage()
	if u.Entries != 3 || u.SizeBytes < 3*n {
		t.Errorf("after three entries of %d bytes: %+v", n, u)
	}
	for _, key := range []string{"a", "b", "c"} {
		if err := s.Delete(t.Context(), cache.NewID(key)); err != nil {
			t.Fatal(err)
		}
	}
	if u := s.Usage(); u.SizeBytes != 0 || u.Entries != 0 || u.Evictions != 0 {
		t.Errorf("after deleting every entry: %+v, want nothing", u)
	}
}

func testBound(t *testing.T, s cache.Store) {
	limit := s.Usage().LimitBytes
	if limit == 0 {
		t.Skip("the store has no limit: nothing to test")
	}
	if err := s.Put(t.Context(), cache.NewID("huge"), make([]byte, limit+1)); !errors.Is(err, cache.ErrNoRoom) {
		t.Errorf("Put of an entry above the limit: %v, want ErrNoRoom", err)
	}
	var written int64
	for i := 0; written < 3*limit; i++ {
		n := 1 + rand.IntN(bigEntry/2)
		put(t, s, cache.NewID(fmt.Sprint(i)), pattern(n, byte(i)))
		want(t, s, cache.NewID(fmt.Sprint(i)), pattern(n, byte(i)))
		written += int64(n)
		if u := s.Usage(); u.SizeBytes > limit {
			t.Fatalf("after %d bytes the store has %d, its limit is %d", written, u.SizeBytes, limit)
		}
	}
	if u := s.Usage(); u.Evictions == 0 || u.SizeBytes < limit/2 {
		t.Errorf("after writing three times the limit of %d: %+v", limit, u)
	}
}

func testConcurrentSame(t *testing.T, s cache.Store) {
	id := cache.NewID("a")
	put(t, s, id, pattern(20_000, 0))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 25 {
				if err := s.Put(t.Context(), id, pattern(20_000, byte(i))); err != nil {
					t.Errorf("Put: %v", err)
				}
			}
		})
		wg.Go(func() {
			for range 25 {
				got, err := s.Get(t.Context(), id)
				if err != nil {
					t.Errorf("Get: %v", err) // replacing an entry never makes it missing
				} else if len(got) != 20_000 || !bytes.Equal(got, pattern(20_000, got[0])) {
					t.Error("Get mixed the bytes of two Puts")
				}
			}
		})
	}
	wg.Wait()
}

func testConcurrentMany(t *testing.T, s cache.Store) {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 25 {
				id := cache.NewID(fmt.Sprint(g, i))
				put(t, s, id, id[:])
				want(t, s, id, id[:])
				if i%2 == 0 {
					continue
				}
				if err := s.Delete(t.Context(), id); err != nil {
					t.Errorf("Delete: %v", err)
				}
				wantMissing(t, s, id)
			}
		})
	}
	wg.Wait()
	if got := s.Usage().Entries; got != 8*13 {
		t.Errorf("Usage counts %d entries, want %d", got, 8*13)
	}
}

// pattern returns n bytes that begin with first, if any, and are the same for the same arguments.
func pattern(n int, first byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i*7)
	}
	return b
}

func put(t *testing.T, s cache.Store, id cache.ID, parts ...[]byte) {
	t.Helper()
	if err := s.Put(t.Context(), id, parts...); err != nil {
		t.Errorf("Put: %v", err)
	}
}

func want(t *testing.T, s cache.Store, id cache.ID, want []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), id)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("Get: %d bytes, %v, want the %d bytes that were put", len(got), err, len(want))
	}
}

func wantMissing(t *testing.T, s cache.Store, id cache.ID) {
	t.Helper()
	if got, err := s.Get(t.Context(), id); !errors.Is(err, cache.ErrNotFound) || got != nil {
		t.Errorf("Get: %d bytes, %v, want ErrNotFound", len(got), err)
	}
}
