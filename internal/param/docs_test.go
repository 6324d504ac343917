package param

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/parameters.md")

// TestDocs keeps docs/parameters.md in step with the table.
func TestDocs(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "parameters.md")
	want := Reference()
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
		t.Errorf("docs/parameters.md is not what the table says; run make docs.\n%s", diff)
	}
}
