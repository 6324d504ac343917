//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// at gives a file a time, in seconds after an hour that all files of a test share.
func at(t *testing.T, name string, second int) {
	t.Helper()
	when := time.Date(2026, 1, 2, 3, 0, second, 0, time.UTC)
	if err := os.Chtimes(name, when, when); err != nil {
		t.Fatal(err)
	}
}

func TestUnfinished(t *testing.T) {
	const source, note = 10, 20
	tests := []struct {
		name     string
		source   int // second at which it was written
		result   int // 0: there is none
		size     int
		recipe   string
		force    bool
		finished bool
	}{
		{"finished", source, 30, 1, "w=1", false, true},
		{"no result", source, 0, 0, "w=1", false, false},
		{"source is newer", 40, 30, 1, "w=1", false, false},
		{"source of the same time", 30, 30, 1, "w=1", false, false},
		{"empty result", source, 30, 0, "w=1", false, false},
		{"result of another recipe", source, 30, 1, "w=2", false, false},
		{"result from before the recipe", source, 15, 1, "w=1", false, false},
		{"result of the time of the note", source, note, 1, "w=1", false, false},
		{"forced", source, 30, 1, "w=1", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree(t, "in/a.jpg", "out/")
			list := []pair{{"in/a.jpg", "out/a.webp"}}
			if rest, err := unfinished(list, "out", ".webp", "w=1", false); err != nil || len(rest) != 1 {
				t.Fatalf("the first run has %v to do, %v", rest, err)
			}
			at(t, "in/a.jpg", tt.source)
			at(t, "out/.imagekit-webp.txt", note)
			if tt.result != 0 {
				writeFile(t, "out/a.webp", make([]byte, tt.size))
				at(t, "out/a.webp", tt.result)
			}
			rest, err := unfinished(list, "out", ".webp", tt.recipe, tt.force)
			if err != nil || (len(rest) == 0) != tt.finished {
				t.Errorf("to do: %v, %v", rest, err)
			}
			// A run that ends here, for want of power, has made nothing: the next one has the same to do.
			again, err := unfinished(list, "out", ".webp", tt.recipe, false)
			if err != nil || !slices.Equal(again, rest) {
				t.Errorf("to do in the next run: %v, %v, want %v", again, err, rest)
			}
		})
	}
}

func TestUnfinishedElsewhere(t *testing.T) {
	tree(t, "in/a.jpg", "in/b.jpg", "out/b.webp/", "file")
	at(t, "in/a.jpg", 1)
	at(t, "in/b.jpg", 1)
	list := []pair{{"in/a.jpg", "out/a.webp"}, {"in/b.jpg", "out/b.webp"}, {"in/no.jpg", "out/no.webp"}}
	if _, err := unfinished(list, "out", ".webp", "w=1", false); err != nil {
		t.Fatal(err)
	}
	at(t, "out/.imagekit-webp.txt", 2)
	writeFile(t, "out/a.webp", []byte("picture"))
	writeFile(t, "out/no.webp", []byte("picture"))
	rest, err := unfinished(list, "out", ".webp", "w=1", false)
	if err != nil || !slices.Equal(rest, list[1:]) {
		t.Errorf("a folder in place of a result, a source that is gone: to do %v, %v", rest, err)
	}
	if rest, err := unfinished(list[:1], "out", ".avif", "w=1", false); err != nil || len(rest) != 1 {
		t.Errorf("another format: to do %v, %v", rest, err)
	}
	if rest, err := unfinished(list[:1], "out", ".webp", "w=1", false); err != nil || len(rest) != 0 {
		t.Errorf("the first format after another: to do %v, %v", rest, err)
	}
	if _, err := unfinished(list, "file", ".webp", "w=1", false); err == nil ||
		!strings.Contains(err.Error(), "not a directory") {
		t.Errorf("no folder: %v", err)
	}
	if left, _ := filepath.Glob("out/.imagekit-[A-Z0-9]*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
