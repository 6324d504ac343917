package param

import (
	"path/filepath"
	"testing"

	"imagekit/internal/testkit/golden"
)

// TestDocs keeps docs/parameters.md in step with the table.
func TestDocs(t *testing.T) {
	golden.Document(t, filepath.Join("..", "..", "docs", "parameters.md"), Reference(), "the table")
}
