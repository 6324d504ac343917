package worker

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"imagekit/internal/fault"
)

// confinement is what a child finds around itself.
type confinement struct {
	Environ    []string
	Files      []string // targets of the open descriptors, inode numbers cut off
	Data       uint64
	Core       uint64
	NoFile     uint64
	OOM        string
	NoNewPrivs []string // the different values over all threads
}

// report looks around from inside a child.
func report() string {
	c := confinement{Environ: os.Environ()}
	for fd := range 64 {
		target, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(target, "[")
		c.Files = append(c.Files, strings.TrimSuffix(name, ":"))
	}
	limit := func(resource int) uint64 {
		var l syscall.Rlimit
		if err := syscall.Getrlimit(resource, &l); err != nil {
			panic(err)
		}
		return l.Max
	}
	c.Data, c.Core, c.NoFile = limit(unix.RLIMIT_DATA), limit(unix.RLIMIT_CORE), limit(unix.RLIMIT_NOFILE)
	oom, _ := os.ReadFile("/proc/self/oom_score_adj")
	c.OOM = string(oom)
	seen := map[string]bool{}
	tasks, _ := filepath.Glob("/proc/self/task/*/status")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		_, rest, _ := strings.Cut(string(text), "NoNewPrivs:")
		value, _, _ := strings.Cut(rest, "\n")
		if value = strings.TrimSpace(value); !seen[value] {
			seen[value] = true
			c.NoNewPrivs = append(c.NoNewPrivs, value)
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestChildHasNothingOfItsParent(t *testing.T) {
	t.Setenv("IMAGEKIT_SECRET", "not for children")
	inherited, err := syscall.Open("/dev/zero", syscall.O_RDONLY, 0) // without O_CLOEXEC, as from systemd
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	p := newPool(t, Config{Workers: 1})
	var got confinement
	if err := json.Unmarshal([]byte(mustRun(t, p, "report")), &got); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range got.Files {
		// The Go runtime's own: its poller, and the CPU limit of the control group, which it reads again and again.
		if !strings.HasPrefix(f, "anon_inode") && !strings.HasPrefix(f, "/sys/fs/cgroup/") && !strings.HasPrefix(f, "/proc/") {
			files = append(files, f)
		}
	}
	want := confinement{
		Environ:    []string{"GOMAXPROCS=1", "MALLOC_ARENA_MAX=2"},
		Data:       testDataLimit,
		NoFile:     16,
		OOM:        "500\n",
		NoNewPrivs: []string{"1"},
	}
	got.Files = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("confinement (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/dev/null", "/dev/null", "pipe", "socket", "pipe"}, files); diff != "" {
		t.Errorf("open files (-want +got):\n%s", diff)
	}
}

// TestDataLimit: the wall holds without the parent's help.
func TestDataLimit(t *testing.T) {
	if testDataLimit == math.MaxInt64 {
		t.Skip("the race detector's own memory does not fit into a data limit")
	}
	p := newPool(t, Config{Workers: 1, DataLimit: 256 << 20, KillRSS: 1 << 40})
	_, err := run(t.Context(), p, "grow")
	wantFault(t, err, fault.DamagedImage)
	if s := p.Stats(); s.Deaths[Crashed.String()] != 1 {
		t.Errorf("want the worker to end by itself: %+v", s)
	}
}

func TestResident(t *testing.T) {
	if got := resident(os.Getpid()); got < 1<<20 || got > 1<<40 {
		t.Errorf("resident(self) = %d bytes", got)
	}
	if got := resident(-1); got != 0 {
		t.Errorf("resident of no process = %d, want 0", got)
	}
}
