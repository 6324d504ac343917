//go:build unix

// Package e2e tests the program as its users meet it: the real binary, real sockets, a real cache on disk and real
// origins on loopback. What a test needs to know of the inside it reads from the log, from /proc or from the disk.
package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"imagekit/internal/testkit/instance"
)

// binary is the program under test. TestMain sets it once, before any test runs.
var binary string

// TestMain builds the program with the race detector, unless IMAGEKIT_BINARY names one that is built already.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "imagekit-e2e-")
	if err == nil {
		binary, err = instance.Program(dir, "-race", "-ldflags", "-X main.version="+testVersion)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// testVersion is the version a binary built here reports.
const testVersion = "0.0.0-e2e"

// The result of these tests depends on the whole program, which "go test" cannot see behind the build in TestMain:
// it looks at the files that a test opens before it takes a result from its cache.
func TestResultDependsOnSources(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"../cmd", "../internal"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// versions are what the binary under test says of itself.
var versions = sync.OnceValues(func() (string, error) {
	out, err := exec.Command(binary, "version").CombinedOutput()
	return string(out), err
})

// portable reports whether the binary under test is the engine without C, which lacks a few things.
func portable(t *testing.T) bool {
	t.Helper()
	said, err := versions()
	if err != nil {
		t.Fatalf("version: %v\n%s", err, said)
	}
	return strings.Contains(said, "\nengine portable\n")
}

// reported is the version that the binary under test reports.
func reported(t *testing.T) string {
	t.Helper()
	said, err := versions()
	first, _, _ := strings.Cut(strings.TrimPrefix(said, "imagekit "), "\n")
	if err != nil || first == "" {
		t.Fatalf("version: %v\n%s", err, said)
	}
	return first
}
