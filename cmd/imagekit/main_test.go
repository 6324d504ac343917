//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"imagekit/internal/engine"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// TestMain runs the tests or, under the name that scripts and the pool of workers give to this binary, the program.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"imagekit": func() {
		if raceDetector && len(os.Args) > 2 && strings.HasPrefix(os.Args[1], workerCommand) {
			os.Args[len(os.Args)-1] = strconv.Itoa(math.MaxInt64) // the bound on the worker's memory
		}
		main()
	}, "without": without})
}

// leakless fails when a goroutine outlives the tests.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, Condition: condition,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", raceQuickExit)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"picture": writePicture, "is": checkPicture, "exits": exits,
		},
	})
}

// raceQuickExit is GORACE for programs that are started by the dozen: the race detector delays each one's end by a second.
const raceQuickExit = "atexit_sleep_ms=0"

// writePicture is "picture FILE...": photos of 64 × 48, JPEG or PNG by their extension.
func writePicture(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		path := ts.MkAbs(name)
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
		ts.Check(os.WriteFile(path, picture(ts, name), 0o666))
	}
}

// picture returns a file whose format is that of the name.
func picture(t interface{ Fatalf(string, ...any) }, name string) []byte {
	var b bytes.Buffer
	img := image.Image(imagetest.Photo(64, 48))
	encode := func() error { return jpeg.Encode(&b, img, nil) }
	if strings.HasSuffix(name, ".png") {
		encode = func() error { return png.Encode(&b, img) }
	}
	if err := encode(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.Bytes()
}

// checkPicture is "is FORMAT WIDTHxHEIGHT FILE...".
func checkPicture(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[2:] {
		data := ts.ReadFile(name)
		info, err := probe.Read([]byte(data), probe.Limits{MaxPixels: 1 << 26})
		if err != nil {
			ts.Fatalf("%s: %v", name, err)
		}
		size := fmt.Sprintf("%dx%d", info.Width, info.Height)
		if info.Format.String() != args[0] || size != args[1] {
			ts.Fatalf("%s is %v %s, want %s %s", name, info.Format, size, args[0], args[1])
		}
	}
}

// exits is "exits STATUS COMMAND...": exec, with the exit status told apart.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if args[0] != strconv.Itoa(code) {
		ts.Fatalf("exit status %d, want %s\n%s", code, args[0], ts.ReadFile("stderr"))
	}
}

// result is what a command line left behind.
type result struct {
	code     int
	out, err string
}

// call runs a command line in this process, without an environment.
func call(ctx context.Context, args ...string) result {
	var out, err bytes.Buffer
	code := run(ctx, append([]string{"imagekit"}, args...),
		system{in: strings.NewReader(""), out: &out, err: &err, env: func(string) string { return "" }})
	return result{code, out.String(), err.String()}
}

// condition is what scripts ask for: "fast" for the engine with C, and what the kernel has.
func condition(what string) (bool, error) {
	if what == "fast" {
		return !engine.Compiles, nil
	}
	return kernelHas(what)
}
