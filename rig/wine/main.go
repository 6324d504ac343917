//go:build linux

// Wine runs the program as it is built for Windows: every format over HTTP, workers killed in mid-job, a full cache,
// restarts, and a look at what is left behind. It wants wine64 and mingw-w64: make rig-wine installs them.
//
// Not proven by it: renaming and removing open files in the way of POSIX, which this Wine does not know (what older systems
// do is tried instead), the bound of a worker's memory, and what a real console does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := try(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "wine:", err)
		os.Exit(1)
	}
}

// loader is where Debian has Wine's own program.
const loader = "/usr/lib/wine/wine64"

func try(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "imagekit-wine-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := install(ctx, dir)
	if err != nil {
		return err
	}
	defer m.end()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"says what it is", m.version},
		{"starts", m.begins},
		{"makes every format", m.formats},
		{"goes on when workers are killed", m.outlives},
		{"keeps the cache's bound", m.fills},
		{"loses no worker when killed, starts again", m.restarts},
		{"purges", m.purges},
		{"leaves nothing behind", m.leavesNothing},
	} {
		start := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w\n%s", step.name, err, m.said())
		}
		fmt.Printf("%-42s ok  %5.1f s\n", step.name, time.Since(start).Seconds())
	}
	return nil
}

// library is what this Wine lacks of Windows 10 and Go wants: random numbers under their newer name.
const library = `#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
`

// install builds the program for Windows and makes a Windows for it.
func install(ctx context.Context, dir string) (*machine, error) {
	m := &machine{dir: dir, program: filepath.Join(dir, "imagekit.exe")}
	source := filepath.Join(dir, "prng.c")
	if err := os.WriteFile(source, []byte(library), 0o644); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "netgo nodynamic", "-o", m.program,
		"./cmd/imagekit")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	for _, c := range []*exec.Cmd{
		build,
		exec.CommandContext(ctx, "x86_64-w64-mingw32-gcc", "-shared", "-o", filepath.Join(dir, "bcryptprimitives.dll"),
			source, "-ladvapi32"),
	} {
		if out, err := c.CombinedOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("%v: %w", c, err), errors.New(string(out)))
		}
	}
	return m, nil
}
