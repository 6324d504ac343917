package disk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"imagekit/internal/cache"
)

// TestRot damages every one of many entries on the disk and wants each found and none served.
func TestRot(t *testing.T) {
	const n = 1000
	rows := []struct {
		name string
		harm func(t *testing.T, s *Store, i int)
	}{
		{"one bit flipped", func(t *testing.T, s *Store, i int) {
			change(t, s, i, func(b []byte) []byte {
				bit := rand.IntN(8 * len(b))
				b[bit/8] ^= 1 << (bit % 8)
				return b
			})
		}},
		{"truncated", func(t *testing.T, s *Store, i int) {
			change(t, s, i, func(b []byte) []byte { return b[:rand.IntN(len(b))] })
		}},
		{"lengthened", func(t *testing.T, s *Store, i int) {
			change(t, s, i, func(b []byte) []byte { return append(b, make([]byte, 1+rand.IntN(9000))...) })
		}},
		{"zeroed page", func(t *testing.T, s *Store, i int) {
			change(t, s, i, func(b []byte) []byte { clear(b[len(b)-100:]); return b })
		}},
		{"swapped", func(t *testing.T, s *Store, i int) {
			if i%2 == 0 {
				swap(t, s.path(key(i)), s.path(key(i+1)))
			}
		}},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, t.TempDir(), 1<<30)
			c := cache.New(s, nil, nil)
			for i := range n {
				keep(t, c, fmt.Sprint(i), newBlob(fmt.Sprint(i), 100+rand.IntN(5000)))
			}
			for i := range n {
				tt.harm(t, s, i)
			}
			for i := range n {
				if _, ok := c.Get(t.Context(), fmt.Sprint(i)); ok {
					t.Errorf("entry %d was served", i)
				}
			}
			if st := c.Stats(); st.Corrupt != n || st.Entries != 0 || st.SizeBytes != 0 {
				t.Errorf("stats %+v, want %d found and none left", st, n)
			}
			if left := files(t, s.dir); len(left) != 0 {
				t.Errorf("%d damaged files were left", len(left))
			}
		})
	}
}

func key(i int) cache.ID { return cache.NewID(fmt.Sprint(i)) }

// change rewrites the file of entry i.
func change(t *testing.T, s *Store, i int, f func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(s.path(key(i)))
	if err == nil {
		err = os.WriteFile(s.path(key(i)), f(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func swap(t *testing.T, a, b string) {
	t.Helper()
	for _, move := range [][2]string{{a, a + ".x"}, {b, a}, {a + ".x", b}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
}
