//go:build unix

package main

import (
	"path/filepath"
	"testing"

	"imagekit/internal/testkit/golden"
)

// TestMetricsDocs keeps docs/metrics.md in step with what the program registers.
func TestMetricsDocs(t *testing.T) {
	golden.Document(t, filepath.Join("..", "..", "docs", "metrics.md"), newMetrics(parts{}).Reference(),
		"what the program registers")
}
