//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/testkit/instance"
)

// binary is the program under test. TestMain sets it once, before any test runs.
var binary string

// TestMain builds the program, unless IMAGEKIT_BINARY names one that is built already. It has no race detector: e2e's
// has, and here starts count.
func TestMain(m *testing.M) {
	if isChild() {
		os.Exit(childMain())
	}
	dir, err := os.MkdirTemp("", "imagekit-crash-")
	if err == nil {
		binary, err = instance.Program(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// The result depends on the whole program; see the test of the same name in e2e.
func TestResultDependsOnSources(t *testing.T) {
	for _, dir := range []string{"../../cmd", "../../internal"} {
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

// TestCrash runs a share of what "make rig-crash" does, with the same demands.
func TestCrash(t *testing.T) {
	share := sizes{Kills: 200, WorkerKills: 20, Load: 200, Flipped: 200, Truncated: 20, Swapped: 20, Misses: 200e6}
	if testing.Short() {
		share.Kills = 20
	}
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			figures, err := run(t.Context(), rig{binary: binary, sizes: share, step: func(int, int) {}}, s)
			if errors.Is(err, errNoMount) {
				t.Skipf("not tested: %v", err)
			}
			if err != nil {
				t.Error(err)
			}
			for _, f := range figures {
				t.Logf("%-52s %s", f.Demand, f.Got)
				if !f.OK {
					t.Errorf("missed: %s: %s", f.Demand, f.Got)
				}
			}
		})
	}
}
