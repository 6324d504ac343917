package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memory is the resident set of the server and of its largest worker, in MB.
type memory struct{ parent, worker float64 }

// resident reads the memory of a process and its children.
func resident(pid int) (memory, error) {
	parent, err := statusMB(pid, "VmRSS:")
	if err != nil {
		return memory{}, err
	}
	m := memory{parent: parent}
	list, err := children(pid)
	if err != nil {
		return memory{}, err
	}
	for _, child := range list {
		if rss, err := statusMB(child, "VmRSS:"); err == nil { // it may have ended
			m.worker = max(m.worker, rss)
		}
	}
	return m, nil
}

// children lists the processes that any thread of a process started.
func children(pid int) ([]int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
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
			child, err := strconv.Atoi(field)
			if err != nil {
				return nil, err
			}
			list = append(list, child)
		}
	}
	return list, nil
}

// statusMB reads a line of /proc/PID/status that states KiB: VmRSS is what is resident, VmHWM the most that ever was.
func statusMB(pid int, line string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); len(f) > 1 && f[0] == line {
			kib, err := strconv.ParseFloat(f[1], 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, line)
}
