package param

import (
	"path/filepath"
	"testing"

	"imagekit/internal/golden"
)

// TestDocs keeps docs/parameters.md in step with the table.
func TestDocs(t *testing.T) {
	golden.Document(t, filepath.Join("..", "..", "docs", "parameters.md"), Reference(), "the table")
}
