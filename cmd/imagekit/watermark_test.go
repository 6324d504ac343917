//go:build unix

package main

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"
)

// TestTransformWatermark: wm is the path of a file, whose bytes decide whether a result of an earlier run may stay.
func TestTransformWatermark(t *testing.T) {
	tree(t, "in/")
	writeFile(t, "in/a.jpg", picture(t, "a.jpg"))
	writeFile(t, "logo.png", picture(t, "logo.png"))
	run := func(query string) result {
		t.Helper()
		return call(t.Context(), "transform", "--json", "in/", "out/", query)
	}
	if r := run("f=png"); r.code != exitOK {
		t.Fatalf("got %+v", r)
	}
	plain := mustRead(t, "out/a.png")
	const query = "f=png&wm=logo.png&wmw=0.5"
	if r := run(query); r.code != exitOK || !strings.Contains(r.out, `"done":1`) {
		t.Fatalf("got %+v", r)
	}
	marked := mustRead(t, "out/a.png")
	if img, err := png.Decode(bytes.NewReader(marked)); err != nil || bytes.Equal(plain, marked) || img.Bounds().Dx() != 64 {
		t.Errorf("the watermark changes nothing, %v", err)
	}
	if r := run(query); r.code != exitOK || !strings.Contains(r.out, `"skipped":1`) {
		t.Errorf("the same watermark again: %+v", r)
	}
	writeFile(t, "logo.png", picture(t, "other.jpg"))
	if r := run(query); r.code != exitOK || !strings.Contains(r.out, `"done":1`) {
		t.Errorf("another file of the same name: %+v", r)
	}
}

func TestTransformWatermarkRefused(t *testing.T) {
	tree(t, "in/")
	writeFile(t, "in/a.jpg", picture(t, "a.jpg"))
	writeFile(t, "text.png", []byte("no picture"))
	for _, tt := range []struct {
		wm, want string
		code     int
	}{
		{"missing.png", "missing.png", exitUsage},
		{"https://example.com/logo.png", "wm: want the path of a file", exitUsage},
		{"-", "wm: want the path of a file", exitUsage},
		{"text.png", "the watermark: ", exitFailed},
	} {
		r := call(t.Context(), "transform", "in/a.jpg", "out.png", "wm="+tt.wm)
		if r.code != tt.code || !strings.Contains(r.err, tt.want) {
			t.Errorf("%s: got %+v, want code %d and %q", tt.wm, r, tt.code, tt.want)
		}
		if _, err := os.Stat("out.png"); err == nil {
			t.Errorf("%s: there is a result", tt.wm)
		}
	}
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
