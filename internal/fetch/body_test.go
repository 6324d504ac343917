package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

func TestRead(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name          string
		r             io.Reader
		length, limit int64
		want          int
		err           error
	}{
		{"known", strings.NewReader("abcd"), 4, 10, 4, nil},
		{"known, empty", strings.NewReader(""), 0, 10, 0, nil},
		{"known, in single bytes", iotest.OneByteReader(strings.NewReader("abcd")), 4, 10, 4, nil},
		{"known, data with EOF", iotest.DataErrReader(strings.NewReader("abcd")), 4, 10, 4, nil},
		{"known, nothing came", strings.NewReader(""), 4, 10, 0, io.ErrUnexpectedEOF},
		{"known, short", strings.NewReader("abc"), 4, 10, 0, io.ErrUnexpectedEOF},
		{"known, grows", bytes.NewReader(make([]byte, 300_000)), 300_000, 300_000, 300_000, nil},
		{"known, error with the last byte", &lastWords{4, broken}, 4, 10, 4, nil},
		{"known, broken", iotest.ErrReader(broken), 4, 10, 0, broken},
		{"unknown", strings.NewReader("abcd"), -1, 10, 4, nil},
		{"unknown, empty", strings.NewReader(""), -1, 10, 0, nil},
		{"unknown, data with EOF", iotest.DataErrReader(strings.NewReader("abcd")), -1, 4, 4, nil},
		{"unknown, as large as may be", strings.NewReader("abcd"), -1, 4, 4, nil},
		{"unknown, one more", strings.NewReader("abcde"), -1, 4, 0, errTooLarge},
		{"unknown, grows", bytes.NewReader(make([]byte, 300_000)), -1, 300_000, 300_000, nil},
		{"unknown, grows too far", bytes.NewReader(make([]byte, 300_001)), -1, 300_000, 0, errTooLarge},
		{"unknown, broken", io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken)), -1, 10, 0, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			data, err := read(tt.r, tt.length, tt.limit, func() error { asked++; return nil })
			if grows := tt.limit > firstRead; grows != (asked == 1) {
				t.Errorf("asked for room %d times", asked)
			}
			if !errors.Is(err, tt.err) || len(data) != tt.want || cap(data) != tt.want {
				t.Errorf("%d bytes in %d, %v; want %d, %v", len(data), cap(data), err, tt.want, tt.err)
			}
		})
	}
}

// lastWords gives n bytes and an error at once.
type lastWords struct {
	n   int
	err error
}

func (l *lastWords) Read([]byte) (int, error) { return l.n, l.err }

// A body that ends or hangs within its first bytes takes no room; one that gets none is not read on.
func TestReadAsksForRoomLate(t *testing.T) {
	none := errors.New("no room")
	refuse := func() error { return none }
	for _, length := range []int64{-1, firstRead + 1} {
		r := bytes.NewReader(make([]byte, firstRead+1))
		if data, err := read(r, length, 1<<20, refuse); err != none || data != nil || r.Len() != 1 {
			t.Errorf("length %d: %d bytes, %v, %d left unread", length, len(data), err, r.Len())
		}
	}
	if _, err := read(bytes.NewReader(make([]byte, firstRead)), firstRead, 1<<20, refuse); err != nil {
		t.Error(err)
	}
}

func TestPace(t *testing.T) {
	production := New(config()).pace
	if production.window != 5*time.Second || production.min != 5*8192 {
		t.Fatalf("%+v, want 8 KiB/s over 5 s", production)
	}
	tests := []struct {
		name      string
		perSecond int64
		want      error
	}{
		{"at the minimum", 8192, nil},
		{"below", 8191, errTooSlow},
		{"silent", 0, errTooSlow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				r := production.watch(ctx, infinite{}, cancel)
				time.Sleep(time.Millisecond) // read between the ticks
				for range 20 {
					io.CopyN(io.Discard, r, tt.perSecond)
					time.Sleep(time.Second)
				}
				if got := context.Cause(ctx); got != tt.want {
					t.Errorf("after 20 s: %v, want %v", got, tt.want)
				}
				cancel(nil)
				synctest.Wait()
			})
		})
	}
}

// Time in which nobody reads is not held against the origin; time after it is.
func TestPaceExcusesAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		c := New(config()).pace.watch(ctx, infinite{}, cancel)
		c.pause()
		time.Sleep(22 * time.Second)
		c.resume()
		time.Sleep(7 * time.Second) // the rest of the window is excused, the next one has not ended
		if ctx.Err() != nil {
			t.Errorf("the pause was held against the origin: %v", context.Cause(ctx))
		}
		time.Sleep(2 * time.Second)
		if context.Cause(ctx) != errTooSlow {
			t.Errorf("after the pause: %v, want %v", context.Cause(ctx), errTooSlow)
		}
		cancel(nil)
		synctest.Wait()
	})
}

// infinite never ends.
type infinite struct{}

func (infinite) Read(b []byte) (int, error) { return len(b), nil }
