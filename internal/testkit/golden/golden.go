// Package golden keeps documents that are made from the code in step with it. For tests.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the documents that are made from the code")

// Document fails the test when the file at path is not want, which was made from the source that is named; with the
// flag -update it writes the file first.
func Document(t *testing.T, path, want, source string) {
	t.Helper()
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
		t.Errorf("%s is not what %s says; run make docs.\n%s", filepath.Base(path), source, diff)
	}
}
