package purge

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		url, v string
		want   Target
	}{
		{"HTTPS://Example.com:443/a b.jpg#x", "", Target{Source: "https://example.com/a%20b.jpg"}},
		{"https://example.com/a.jpg?x=/*", "", Target{}},
		{"https://example.com/a.jpg", "7", Target{Source: "https://example.com/a.jpg", Version: "7"}},
		{"https://Example.com/*", "", Target{Source: "https://example.com/", Prefix: true}},
		{"https://example.com/a/b/*", "", Target{Source: "https://example.com/a/b/", Prefix: true}},
		{"/a/b.jpg", "", Target{Source: "local:a/b.jpg"}},
		{"local:a/b/*", "", Target{Source: "local:a/b/", Prefix: true}},
		{"local:../*", "", Target{}},
		{"https://example.com/#a/*", "", Target{}},
		{"sample:photo", "", Target{Source: "sample:photo"}},
		{"https://example.com/*", "7", Target{}},
		{"https://example.com/" + strings.Repeat("a/", maxDepth) + "*", "", Target{}},
		{"https://example.com?a/*", "", Target{}},
		{"https:/*", "", Target{}},
		{"ftp://example.com/*", "", Target{}},
		{"/*", "", Target{}},
		{"", "", Target{}},
	} {
		got, err := Read(tt.url, tt.v)
		if got != tt.want && err == nil || (err == nil) != (tt.want != Target{}) {
			t.Errorf("%s, v %q: got %+v, %v", tt.url, tt.v, got, err)
		}
		if f := fault.From(err); err != nil && f.Param == "" {
			t.Errorf("%s: no parameter named in %v", tt.url, err)
		}
	}
}

// TestTargets: each kind of purge concerns what it names and nothing else.
func TestTargets(t *testing.T) {
	const deep = "https://example.com/a/b/c.jpg"
	long := "https://example.com/" + strings.Repeat("d/", 2*maxDepth) + "e.jpg"
	for _, tt := range []struct {
		name      string
		target    Target
		source, v string
		want      bool
	}{
		{"source", Target{Source: photo}, photo, "", true},
		{"source, any v", Target{Source: photo}, photo, "7", true},
		{"another source", Target{Source: photo}, other, "", false},
		{"v", Target{Source: photo, Version: "7"}, photo, "7", true},
		{"another v", Target{Source: photo, Version: "7"}, photo, "8", false},
		{"without v", Target{Source: photo, Version: "7"}, photo, "", false},
		{"another source's v", Target{Source: photo, Version: "7"}, other, "7", false},
		{"host", Target{Source: "https://example.com/", Prefix: true}, deep, "7", true},
		{"folder", Target{Source: "https://example.com/a/", Prefix: true}, deep, "", true},
		{"folder, many levels above", Target{Source: "https://example.com/d/", Prefix: true}, long, "", true},
		{"another folder", Target{Source: "https://example.com/b/", Prefix: true}, deep, "", false},
		{"another host", Target{Source: "https://example.org/", Prefix: true}, deep, "", false},
		{"another scheme", Target{Source: "http://example.com/", Prefix: true}, deep, "", false},
		{
			"like a folder, in the query",
			Target{Source: "https://example.com/?a/", Prefix: true},
			"https://example.com/?a/b",
			"", false,
		},
		{"a source is no folder", Target{Source: "https://example.com/a/b/"}, deep, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), FileName)
			l := open(path)
			if err := l.Add(Target{Source: "https://unrelated.example/"}, tt.target); err != nil {
				t.Fatal(err)
			}
			if got := l.Last(tt.source, tt.v) > 0; got != tt.want {
				t.Errorf("%s with v %q: purged %t, want %t", tt.source, tt.v, got, tt.want)
			}
			if got := open(path).Last(tt.source, tt.v) > 0; got != tt.want {
				t.Errorf("to another process: %t, want %t", got, tt.want)
			}
			if l.Asked() != 2 || l.Unswept() != 2 {
				t.Errorf("asked for %d, remembered %d, want 2", l.Asked(), l.Unswept())
			}
		})
	}
}

// TestNothingIsForgottenBeforeItIsRemoved: results may lie in the directory for ever, so their purge counts for ever.
func TestNothingIsForgottenBeforeItIsRemoved(t *testing.T) {
	old := uint64(time.Now().Add(-2 * keepFor).UnixMicro())
	records := append(of(old, photo), of(old+1, other)...)
	if kept := recentRecords(records, time.Now()); len(kept) != len(records) {
		t.Errorf("%d bytes kept of %d", len(kept), len(records))
	}
	records = record{generation: old, kind: kindSwept}.append(records)
	l := new(Log)
	l.apply(recentRecords(records, time.Now()))
	if l.Last(photo, "") != 0 || l.Last(other, "") != old+1 || l.Unswept() != 1 {
		t.Errorf("after the first is removed: %d and %d, %d remembered", l.Last(photo, ""), l.Last(other, ""), l.Unswept())
	}
	l.forget(time.Now())
	if l.Last(other, "") != old+1 {
		t.Error("a purge was forgotten before its results were removed")
	}
	l.apply(record{generation: old + 1, kind: kindSwept}.append(nil))
	l.forget(time.Now())
	if l.Last(other, "") != 0 {
		t.Error("a purge is remembered for ever")
	}
}

func BenchmarkLastPrefix(b *testing.B) {
	path := filepath.Join(b.TempDir(), FileName)
	l := open(path)
	if err := l.Add(Target{Source: "https://example.com/x/", Prefix: true}, Target{Source: photo}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Last("https://example.com/products/2026/photo.jpg", "")
	}
}
