//go:build unix

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// process is one process of this machine, told from later ones with the same id by its start time.
type process struct {
	pid     int
	started string
}

// children lists the processes whose parent is pid: a server's workers.
func children(t *testing.T, pid int) []process {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked up in /proc, which this system does not have")
	}
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var list []process
	for _, path := range paths {
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		if f := stat(child); f != nil && f[1] == strconv.Itoa(pid) && f[0] != "Z" {
			list = append(list, process{child, f[19]})
		}
	}
	return list
}

// stat returns the fields of /proc/PID/stat from the third on (proc(5)): state, parent, …; nil when there is no such
// process.
func stat(pid int) []string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	// The second field is the name in parentheses, which may hold anything.
	return strings.Fields(string(line[strings.LastIndexByte(string(line), ')')+1:]))
}

// alive reports whether the process still runs.
func (p process) alive() bool {
	f := stat(p.pid)
	return f != nil && f[19] == p.started && f[0] != "Z"
}

// ticks returns the processor time the process has used, in clock ticks.
func (p process) ticks() int {
	f := stat(p.pid)
	if f == nil {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

// signal sends a signal, which must arrive.
func (p process) signal(t *testing.T, sig os.Signal) {
	t.Helper()
	found, err := os.FindProcess(p.pid)
	if err == nil {
		err = found.Signal(sig)
	}
	if err != nil {
		t.Fatalf("signal %v to %d: %v", sig, p.pid, err)
	}
}

// workerPeak returns the most that any present worker of the server ever held, in bytes (proc(5), VmHWM).
func (s *server) workerPeak(t *testing.T) (most int) {
	t.Helper()
	for _, w := range children(t, s.cmd.Process.Pid) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid))
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), "VmHWM:")
		kib, err := strconv.Atoi(strings.Fields(rest)[0])
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, kib<<10)
	}
	return most
}
