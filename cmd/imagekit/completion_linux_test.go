package main

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// TestCompletionInShells types in real shells, with the tab key, and looks at what the commands say that come of it.
func TestCompletionInShells(t *testing.T) {
	shells := []struct {
		name string
		args []string
		load string
	}{
		{"bash", []string{"--norc", "--noprofile", "-i"}, "source <(imagekit completion bash)"},
		{"zsh", []string{"-f", "-i"}, "autoload -U compinit; compinit -D -u; source <(imagekit completion zsh)"},
		{"fish", []string{"--no-config", "-i"}, "imagekit completion fish | source"},
	}
	keys := []struct{ typed, shown string }{
		{"imagekit compl\t", "completion wants a shell"},
		{"imagekit cache st\t--he\t", "imagekit cache stats [--json]"},
		{"imagekit transform --sandb\tx a b ''", "--sandbox: got \"x\""},
		{"imagekit sign --ba\thttps://a url=sample:photo", "https://a/img?url=sample:photo&sig=f380d4d57a8df781725b005d"},
		{"imagekit sign 'url=sample:photo&f=av\t", "/img?f=avif&url=sample:photo&sig="},
		{"imagekit sign \"w=8&url=sample:photo&rot=2\t", "/img?rot=270&url=sample:photo&w=8&sig="},
		{"imagekit sign 'url=sample:photo&fi\tpad'", "/img?fit=pad&url=sample:photo&sig="},
		{"imagekit sign w=8\\&url=sample:photo\\&fi\tpad", "/img?fit=pad&url=sample:photo&w=8&sig="},
		{"imagekit transform --json 'pict\t out.webp f=web\t", `"done":1,`},
	}
	for _, shell := range shells {
		t.Run(shell.name, func(t *testing.T) {
			if _, err := exec.LookPath(shell.name); err != nil {
				t.Skipf("NOT CHECKED: completion in %s, because it is not installed", shell.name)
			}
			tree(t)
			writeFile(t, "picture of a.png", picture(t, "a.png"))
			c := exec.Command(shell.name, shell.args...)
			c.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=xterm", "IMAGEKIT_SECRET=", "LC_ALL=C.UTF-8",
				"GORACE="+raceQuickExit)
			w := start(t, c)
			fmt.Fprintln(w, shell.load+"; echo ready$(echo 1)")
			w.wait(t, "ready1")
			for _, k := range keys {
				fmt.Fprintln(w, k.typed)
				w.wait(t, k.shown)
			}
			fmt.Fprintln(w, "exit")
			if err := c.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
