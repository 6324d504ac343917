//go:build unix

package worker

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// stream is a wire whose two directions are given and kept.
type stream struct {
	io.Reader
	bytes.Buffer
}

func (s *stream) Read(b []byte) (int, error) { return s.Reader.Read(b) }

// TestServe runs the child's loop without a process: two jobs of different sizes, then the end.
func TestServe(t *testing.T) {
	var in bytes.Buffer
	p := testPlan
	p.Source.Format = format.PNG
	header, err := encodeJob(p)
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{strings.Repeat("a", 1000), "short", strings.Repeat("b", maxKept+1), "end"}
	for _, s := range sources {
		if err := send(&in, kindJob, header, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	var kept []int
	w := &stream{Reader: &in}
	err = serve(w, hello{Versions: testVersions}, func(src *blob.Blob, p plan.Plan, _ func(int, stage.Stage),
		_ ...*blob.Blob,
	) (*blob.Blob, stage.Times, error) {
		if src.Format != format.PNG || p.Quality != testPlan.Quality {
			t.Errorf("job is %v %+v", src.Format, p)
		}
		kept = append(kept, cap(src.Data))
		return &blob.Blob{Data: bytes.ToUpper(src.Data)}, stage.Times{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if kept[1] != kept[0] || kept[3] > maxKept {
		t.Errorf("source buffers of %v bytes: want small ones kept and large ones given back", kept)
	}
	if _, _, err := receive(&w.Buffer, kindHello, 0, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if _, _, err := receive(&w.Buffer, kindAccepted, 0, nil); err != nil {
			t.Fatal(err)
		}
		header, body, err := receive(&w.Buffer, kindReply, maxSource, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, failed, err := decodeReply(header, body, 0); err != nil || failed != nil ||
			string(body) != strings.ToUpper(s) {
			t.Errorf("%.9s: %d bytes, %v, %v", s, len(body), failed, err)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"cut short", "J\x00\x00\x00\x02\x00\x00\x00\x03{}ab", io.ErrUnexpectedEOF},
		{"no job", "R\x00\x00\x00\x00\x00\x00\x00\x00", errWire},
		{"no plan", "J\x00\x00\x00\x00\x00\x00\x00\x00", errWire},
		{"profile beyond the body", "J\x00\x00\x00\x0d\x00\x00\x00\x01{\"Profile\":2}x", errWire},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := serve(&stream{Reader: strings.NewReader(tt.in)}, hello{},
				func(*blob.Blob, plan.Plan, func(int, stage.Stage), ...*blob.Blob) (*blob.Blob, stage.Times, error) {
					t.Error("the job was run")
					return nil, stage.Times{}, io.EOF
				})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	for _, args := range [][]string{nil, {"1"}, {"auto", "1GiB"}, {"auto", "0"}, {"auto", "1", "2"}} {
		if err := Serve(args, nil, nil); err == nil {
			t.Errorf("Serve(%q) was accepted", args)
		}
	}
}
