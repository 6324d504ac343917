//go:build unix

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestTransformFacts: facts are asked for by f or by the extension of the file, whatever formats are allowed.
func TestTransformFacts(t *testing.T) {
	tree(t, "in/")
	writeFile(t, "in/a.jpg", picture(t, "a.jpg"))
	for _, args := range [][]string{{"in/a.jpg", "facts.json", "w=32"}, {"in/", "facts/", "w=32&f=json"}, {"--allowed-formats=jpeg", "--default-format=jpeg", "in/a.jpg", "facts.json", ""}} {
		if r := call(t.Context(), append([]string{"transform"}, args...)...); r.code != exitOK {
			t.Fatalf("%v: got %+v", args, r)
		}
	}
	for _, name := range []string{"facts.json", "facts/a.json"} {
		var facts struct{ Source struct{ Format string } }
		if err := json.Unmarshal(mustRead(t, name), &facts); err != nil || facts.Source.Format != "jpeg" {
			t.Errorf("%s: got %+v, %v", name, facts, err)
		}
	}
	if r := call(t.Context(), "transform", "in/a.jpg", "a.png", "f=json"); r.code != exitUsage || !strings.Contains(r.err, "a.json") {
		t.Errorf("got %+v, want the extension corrected", r)
	}
}
