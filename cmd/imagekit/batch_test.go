//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestInterrupted: after Ctrl-C in the middle of a batch what is there is whole, nothing else is, and no worker lives.
func TestInterrupted(t *testing.T) {
	for _, many := range []bool{true, false} {
		t.Run(fmt.Sprintf("batch %t", many), func(t *testing.T) {
			tree(t, "in/")
			inputs := []string{"in/pipe.jpg"}
			if many {
				inputs = []string{"in/a.png", "in/b.png", "in/pipe.jpg", "in/c.png"}
				for _, name := range inputs {
					if strings.HasSuffix(name, ".png") {
						writeFile(t, name, picture(t, name))
					}
				}
			}
			makePipe(t, "in/pipe.jpg")
			ctx, interrupt := context.WithCancel(t.Context())
			got := make(chan result, 1)
			go func() {
				got <- call(ctx, append(append([]string{"transform", "--workers", "1"}, inputs...), "out/", "w=8")...)
			}()
			pipe, err := os.OpenFile("in/pipe.jpg", os.O_WRONLY, 0) // returns when the other side reads
			if err != nil {
				t.Fatal(err)
			}
			interrupt()
			r := <-got
			pipe.Close()
			if r.code != exitInterrupted || !strings.Contains(r.err, "imagekit: interrupted") ||
				strings.Count(r.err, "\n") != 1 {
				t.Errorf("got %+v", r)
			}
			wantWhole(t, "out")
			if text, err := exec.Command("ps", "--ppid", fmt.Sprint(os.Getpid()), "-o", "args=").Output(); err == nil &&
				bytes.Contains(text, []byte(workerCommand)) {
				t.Errorf("still there: %s", text)
			}
		})
	}
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// wantWhole checks that a folder holds nothing but whole WebP files (RIFF: the size stands in bytes 4 to 8) and the note
// of their recipe.
func wantWhole(t *testing.T, dir string) {
	t.Helper()
	entries, _ := os.ReadDir(dir) // it may not have been made
	for _, e := range entries {
		if e.Name() == ".imagekit-webp.txt" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(e.Name()) != ".webp" || len(data) < 12 ||
			int(data[4])|int(data[5])<<8|int(data[6])<<16|int(data[7])<<24 != len(data)-8 {
			t.Errorf("%s has %d bytes, which are no whole picture", e.Name(), len(data))
		}
	}
}

// TestManyMoreThanMayWait: a batch is not refused by the queue, whatever that is for a server.
func TestManyMoreThanMayWait(t *testing.T) {
	tree(t, "in/")
	data := picture(t, "a.jpg")
	const files = 40
	for i := range files {
		writeFile(t, fmt.Sprintf("in/%02d.jpg", i), data)
	}
	t.Setenv("IMAGEKIT_QUEUE", "1")
	var out, err bytes.Buffer
	code := run(t.Context(), []string{"imagekit", "transform", "--workers", "2", "in", "out", "w=8"},
		system{in: strings.NewReader(""), out: &out, err: &err, env: os.Getenv})
	if code != exitOK || out.Len() != 0 || !strings.HasPrefix(err.String(), "40 of 40 done in ") ||
		strings.Count(err.String(), "\n") != 1 {
		t.Errorf("exit %d, %s%s", code, &out, &err)
	}
	if entries, err := filepath.Glob("out/*.webp"); err != nil || len(entries) != files {
		t.Errorf("%d results, %v", len(entries), err)
	}
	wantWhole(t, "out")
}

// brokenPipe is an output that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestOutputThatFails(t *testing.T) {
	var err bytes.Buffer
	code := run(t.Context(), []string{"imagekit", "transform", "-", "-", "w=8"},
		system{
			in: bytes.NewReader(picture(t, "a.jpg")), out: brokenPipe{}, err: &err,
			env: func(string) string { return "" },
		})
	if code != exitFailed || err.String() != "imagekit: -: broken pipe\n" {
		t.Errorf("exit %d, %s", code, &err)
	}
}
