package docs

import (
	"os"
	"testing"
)

// guidePath is the guide, from this directory.
const guidePath = "deployment.md"

// TestMain runs the tests, or the blocks of the guide in the process that TestGuide starts for them.
func TestMain(m *testing.M) {
	if os.Getenv(roomVariable) != "" {
		os.Exit(roomMain())
	}
	os.Exit(m.Run())
}

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(guidePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
