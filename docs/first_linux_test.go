package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFirstHour: who lacks something is told what, in one line, before anything is installed.
func TestFirstHour(t *testing.T) {
	const fakeGo = `case "$1 $2" in "env GOVERSION") echo go1.19.8 ;; *) echo "go version go1.19.8 linux/amd64" ;; esac`
	for _, tt := range []struct {
		name   string
		tools  map[string]string // name → script, beside those of the script itself
		script string
		want   string // in the only line
	}{
		{"no Go", nil, "go.sh", "needs Go 1.26 or later, and finds no go in PATH. Get it from https://go.dev/dl/"},
		{
			"old Go",
			map[string]string{"go": fakeGo},
			"go.sh",
			"needs Go 1.26 or later, this is 1.19.8. Get it from https://go.dev/dl/",
		},
		{
			"Go that may not fetch another",
			map[string]string{"go": strings.ReplaceAll(fakeGo, "1.19.8", "1.22.1") + "; test \"$1\" = env"},
			"go.sh", "this is 1.22.1 and cannot fetch it",
		},
		{
			"no compiler",
			map[string]string{"go": strings.ReplaceAll(fakeGo, "1.19.8", "1.26.1")},
			"go.sh",
			"sudo apt-get install gcc libc6-dev",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bin := t.TempDir()
			for _, name := range []string{"sh", "awk", "sort", "head", "cut"} {
				path, err := exec.LookPath(name)
				if err != nil {
					t.Skipf("%s is missing: %v", name, err)
				}
				if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
					t.Fatal(err)
				}
			}
			for name, script := range tt.tools {
				if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("scripts/" + tt.script)
			cmd.Dir, cmd.Env = "..", []string{"PATH=" + bin}
			text, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(text), tt.want) || strings.Count(string(text), "\n") != 1 {
				t.Errorf("%v: %s", err, text)
			}
		})
	}
}
