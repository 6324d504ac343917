package docs

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"imagekit/internal/testkit/instance"
)

// TestMoving runs the commands of the guides to moving as printed: with a program in the path and nothing else.
func TestMoving(t *testing.T) {
	text, err := os.ReadFile("moving.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks, problems := parseBlocks(string(text))
	for _, p := range problems {
		t.Error("moving.md, " + p)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skipf("the commands are not run: %v", err)
	}
	dir := t.TempDir()
	program, err := instance.Program(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, dir+"/imagekit"); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	ran := 0
	for _, b := range blocks {
		if b.info != infoRun {
			continue
		}
		ran++
		cmd := exec.CommandContext(t.Context(), "bash", "-eu", "-c", b.text)
		cmd.Dir = t.TempDir()
		cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + cmd.Dir}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		printed, err := cmd.Output()
		if err != nil || !b.matches(string(printed)) {
			t.Errorf("line %d: %v\n%s%s", b.line, err, printed, &stderr)
		}
	}
	if ran == 0 {
		t.Error("no command was run")
	}
}
