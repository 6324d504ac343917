//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"imagekit/internal/testkit/instance"
)

// machine is a Windows of its own, with the program and at most one server.
type machine struct {
	dir, program string
	server       *instance.Instance
	started      int
}

// environment of whatever runs in the machine. Every process of it carries the path of the prefix, by which it is found.
func (m *machine) environment() []string {
	return []string{
		"WINEPREFIX=" + m.prefix(), "WINEDEBUG=-all", "WINEARCH=win64", "HOME=" + m.dir, "PATH=" + os.Getenv("PATH"),
		"WINEDLLOVERRIDES=mscoree,mshtml=",
	}
}

func (m *machine) prefix() string { return filepath.Join(m.dir, "prefix") }

// run runs the program and returns what it says.
func (m *machine) run(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, loader, append([]string{m.program}, args...)...)
	c.Env = m.environment()
	out, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("imagekit %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// boot makes the prefix and puts the library where Go looks for it.
func (m *machine) boot(ctx context.Context) error {
	c := exec.CommandContext(ctx, loader, "wineboot.exe", "--init")
	c.Env = m.environment()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("wineboot: %w\n%s", err, out)
	}
	library, err := os.ReadFile(filepath.Join(m.dir, "bcryptprimitives.dll"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.prefix(), "drive_c/windows/system32/bcryptprimitives.dll"), library, 0o644)
}

// serve starts a server on the cache of the machine; env comes last.
func (m *machine) serve(env ...string) (err error) {
	start := filepath.Join(m.dir, "start")
	script := "#!/bin/sh\nexec " + loader + " " + m.program + " \"$@\"\n"
	if err := os.WriteFile(start, []byte(script), 0o755); err != nil {
		return err
	}
	m.started++
	run := filepath.Join(m.dir, fmt.Sprintf("run%d", m.started))
	all := append(m.environment(), "IMAGEKIT_WORKERS=2", "IMAGEKIT_SAMPLES=1", "IMAGEKIT_CACHE_DIR="+windowsPath(m.cache()),
		"IMAGEKIT_REQUEST_TIMEOUT=120s")
	m.server, err = instance.Start(start, run, append(all, env...)...)
	return err
}

func (m *machine) cache() string { return filepath.Join(m.dir, "cache") }

// windowsPath is how Wine calls a path of this machine.
func windowsPath(path string) string { return `Z:` + strings.ReplaceAll(path, "/", `\`) }

// workers returns the process ids of the workers of this machine, as this system knows them.
func (m *machine) workers() (pids []int, err error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		command, _ := os.ReadFile(dir + "/cmdline") // it may have ended
		environ, _ := os.ReadFile(dir + "/environ")
		if !isWorker.Match(command) || !strings.Contains(string(environ), m.prefix()) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), "%d", &pid); err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, err
}

var isWorker = regexp.MustCompile(`imagekit(\.exe)?["\x00 ]+worker[\x00 ]`)

// await asks until it holds, or ten seconds are over.
func await(ctx context.Context, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		ok, err := holds()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within ten seconds", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// noWorkers waits until none is left.
func (m *machine) noWorkers(ctx context.Context) error {
	return await(ctx, "the workers end with their server", func() (bool, error) {
		pids, err := m.workers()
		return len(pids) == 0, err
	})
}

// strays returns the files below the cache that are neither entries nor the list of purges, and what the entries take.
func (m *machine) strays() (strays []string, size int64, err error) {
	err = filepath.WalkDir(m.cache(), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if name := e.Name(); len(name) == 64 {
			size += (info.Size() + 4095) / 4096 * 4096
		} else if name != "purged" {
			strays = append(strays, path)
		}
		return nil
	})
	return strays, size, err
}

// end ends the server and the machine. The lifetime of wineserver is its own: it is told to go.
func (m *machine) end() {
	if m.server != nil {
		m.server.Kill()
	}
	c := exec.Command("/usr/lib/wine/wineserver64", "--kill")
	c.Env = m.environment()
	_ = c.Run() // there may be none
}

// said returns the end of the server's log.
func (m *machine) said() string {
	if m.server == nil {
		return ""
	}
	text, err := os.ReadFile(m.server.Log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

// kill ends a process and everything of it at once, as the Task Manager would.
func kill(pid int) error {
	err := syscall.Kill(pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
