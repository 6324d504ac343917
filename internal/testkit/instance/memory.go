package instance

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Memory is resident memory in bytes.
type Memory struct {
	Server int64
	Worker int64 // of the largest worker
}

// Resident reads what the server and its workers hold now.
func (i *Instance) Resident() (Memory, error) { return i.memory("VmRSS:") }

// Peak reads the most that the server and its present workers ever held.
func (i *Instance) Peak() (Memory, error) { return i.memory("VmHWM:") }

func (i *Instance) memory(line string) (Memory, error) {
	server, err := status(i.PID(), line)
	if err != nil {
		return Memory{}, err
	}
	m := Memory{Server: server}
	workers, err := i.Workers()
	if err != nil {
		return Memory{}, err
	}
	for _, w := range workers {
		if held, err := status(w, line); err == nil { // it may have ended
			m.Worker = max(m.Worker, held)
		}
	}
	return m, nil
}

// Workers lists the running processes that any thread of the server started.
func (i *Instance) Workers() ([]int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", i.PID()))
	if err != nil {
		return nil, err
	}
	var list []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				return nil, err
			}
			if running(pid) {
				list = append(list, pid)
			}
		}
	}
	return list, nil
}

// running reports whether a process has not ended: what its parent has yet to hear of is a zombie (proc(5)).
func running(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	state := strings.LastIndex(string(text), ") ") + 2 // the name before it may hold anything
	return err == nil && state < len(text) && text[state] != 'Z'
}

// status reads a line of /proc/PID/status that states KiB (proc(5)), in bytes.
func status(pid int, line string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); len(f) > 1 && f[0] == line {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, line)
}
