package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/metrics.md")

// TestMetricsDocs keeps docs/metrics.md in step with what the program registers.
func TestMetricsDocs(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "metrics.md")
	want := newMetrics(parts{}).Reference()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/metrics.md is not what the program registers; run make docs.\n%s", diff)
	}
}
