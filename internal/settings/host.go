package settings

import (
	"bufio"
	"cmp"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const gib = 1 << 30

// fallbackMemory is the memory for running pictures where the host does not tell its own.
const fallbackMemory = gib

// Memory returns the bytes of RAM this process may use: the machine's, or the least limit of its cgroups. root is
// the file system "/". Systems other than Linux tell it by a call. It returns 0 where it cannot be known.
func Memory(root fs.FS) int64 {
	limit := cmp.Or(ram(root), physical())
	for _, file := range cgroupLimits(root) {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 && (limit == 0 || n < limit) { // "max" is no number and no limit
			limit = n
		}
	}
	return limit
}

// ram reads the first line of interest of proc_meminfo(5): "MemTotal:  16384 kB".
func ram(root fs.FS) int64 {
	f, err := root.Open("proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			if err == nil {
				return n << 10
			}
		}
	}
	return 0
}

// cgroupLimits lists the files that may hold a memory limit of this process: those of its cgroup and of all above,
// by the lines "id:controllers:path" of cgroups(7). In a container the path may lie outside what it sees, but the
// walk ends at the root, which holds the container's own limit.
func cgroupLimits(root fs.FS) []string {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var files []string
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		base, name := "", ""
		switch {
		case fields[0] == "0": // version 2
			base, name = "sys/fs/cgroup", "memory.max"
		case fields[1] == "memory": // version 1
			base, name = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for dir := path.Clean("/" + fields[2]); ; dir = path.Dir(dir) {
			files = append(files, path.Join(base, dir, name))
			if dir == "/" {
				break
			}
		}
	}
	return files
}
