package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
	"imagekit/internal/worker/breakout"
)

// raise sends a signal to this process, in the one way that the sandbox leaves.
func raise(s syscall.Signal) error { return unix.Tgkill(os.Getpid(), unix.Gettid(), s) }

// confinement is what a parent sees of a child.
type confinement struct {
	Environ []string
	Files   []string // targets of the open descriptors, inode numbers cut off
	Data    uint64
	Core    uint64
	NoFile  uint64
	OOM     string
	Threads []string // the different states of all threads
}

// inspect looks at a child from outside (proc(5)).
func inspect(t *testing.T, pid int) confinement {
	t.Helper()
	dir := "/proc/" + strconv.Itoa(pid)
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	limit := func(resource int) uint64 {
		var l unix.Rlimit
		if err := unix.Prlimit(pid, resource, nil, &l); err != nil {
			t.Fatal(err)
		}
		return l.Max
	}
	c := confinement{
		Environ: strings.Split(strings.TrimSuffix(read(dir+"/environ"), "\x00"), "\x00"),
		Data:    limit(unix.RLIMIT_DATA), Core: limit(unix.RLIMIT_CORE), NoFile: limit(unix.RLIMIT_NOFILE),
		OOM: strings.TrimSpace(read(dir + "/oom_score_adj")),
	}
	for fd := range 64 {
		target, err := os.Readlink(dir + "/fd/" + strconv.Itoa(fd))
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(target, "[")
		c.Files = append(c.Files, strings.TrimSuffix(name, ":"))
	}
	tasks, err := filepath.Glob(dir + "/task/*/status")
	if err != nil || len(tasks) < 2 {
		t.Fatalf("threads of the child: %v, %v", tasks, err)
	}
	for _, task := range tasks {
		var state []string
		for line := range strings.Lines(read(task)) {
			if name, value, _ := strings.Cut(line, ":"); name == "CapPrm" || name == "CapEff" || name == "NoNewPrivs" ||
				name == "Seccomp" {
				state = append(state, name+" "+strings.TrimSpace(value))
			}
		}
		c.Threads = append(c.Threads, strings.Join(state, ", "))
	}
	slices.Sort(c.Threads)
	c.Threads = slices.Compact(c.Threads)
	return c
}

func TestChildHasNothingOfItsParent(t *testing.T) {
	t.Setenv("IMAGEKIT_SECRET", "not for children")
	inherited, err := syscall.Open("/dev/zero", syscall.O_RDONLY, 0) // without O_CLOEXEC, as from systemd
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	p := newPool(t, Config{Workers: 1})
	pid, err := strconv.Atoi(mustRun(t, p, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	got := inspect(t, pid)
	var files []string
	for _, f := range got.Files {
		// The Go runtime's own: its poller, and the CPU limit of the control group, which it reads again and again.
		if !strings.HasPrefix(f, "anon_inode") && !strings.HasPrefix(f, "/sys/fs/cgroup/") &&
			!strings.HasPrefix(f, "/proc/") {
			files = append(files, f)
		}
	}
	const noCaps = "CapPrm 0000000000000000, CapEff 0000000000000000"
	want := confinement{
		Environ: []string{"GOMAXPROCS=1", "MALLOC_ARENA_MAX=2"},
		Data:    testDataLimit,
		NoFile:  16,
		OOM:     "500",
		Threads: []string{noCaps + ", NoNewPrivs 1, Seccomp 2"}, // 2: a filter
	}
	if !p.Stats().Sandbox.Seccomp {
		t.Logf("not filtered on this kernel: %q", p.Stats().Sandbox.Missing)
		want.Threads = []string{noCaps + ", NoNewPrivs 1, Seccomp 0"}
	}
	got.Files = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("confinement (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/dev/null", "/dev/null", "pipe", "socket", "pipe"}, files); diff != "" {
		t.Errorf("open files (-want +got):\n%s", diff)
	}
}

// attempts lets a child of that mode try to break out.
func attempts(t *testing.T, p *Pool) map[string]breakout.Attempt {
	t.Helper()
	var r breakout.Report
	if err := json.Unmarshal([]byte(mustRun(t, p, "go")), &r); err != nil {
		t.Fatal(err)
	}
	if want := environment(); !slices.Equal(r.Environment, want) {
		t.Errorf("environment: got %q, want %q", r.Environment, want)
	}
	if len(r.Attempts) < 60 {
		t.Fatalf("%d attempts, want all of the table", len(r.Attempts))
	}
	byName := map[string]breakout.Attempt{}
	for _, a := range r.Attempts {
		byName[a.Name] = a
	}
	return byName
}

func TestNothingBreaksOut(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Args: []string{"child", "breakout"}})
	tried := attempts(t, p)
	if s := p.Stats().Sandbox; !s.Seccomp {
		t.Skipf("this kernel has no filter of system calls: %q", s.Missing)
	}
	for _, a := range tried {
		if !a.Denied {
			t.Errorf("%s: %s", a.Name, a.Answer)
		}
	}
}

// TestBreakoutTries: without the sandbox the attempts succeed, so that it is the sandbox that denies them.
func TestBreakoutTries(t *testing.T) {
	tried := attempts(t, newPool(t, Config{Workers: 1, Sandbox: Off, Args: []string{"child", "breakout"}}))
	for _, name := range []string{
		"read a file", "write to a file", "create a file", "list a directory", "exec", "fork", "map memory for code",
		"make data executable", "signal the server (kill)", "socket (IPv4)", "socket (Unix)", "connect", "become dumpable",
		"send descriptors (sendmsg)", "make a file in memory",
	} {
		if a, ok := tried[name]; !ok || a.Denied {
			t.Errorf("%s: %q; want it to work without the sandbox", name, a.Answer)
		}
	}
}

// onThreads is a Runner that puts the file rules in force while other threads exist, without the filter that would
// hide what they deny, and returns what each thread, old or new, may open.
func onThreads(*blob.Blob, plan.Plan, func(int, stage.Stage), ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	const threads = 4
	begin, answers, up := make(chan struct{}), make(chan string), make(chan struct{})
	try := func() {
		runtime.LockOSThread()
		up <- struct{}{}
		<-begin
		_, err := os.Open("/etc/passwd")
		answers <- fmt.Sprint(errors.Is(err, unix.EACCES))
	}
	for range threads {
		go try()
		<-up
	}
	abi, err := closeFiles()
	if err != nil {
		return &blob.Blob{Data: []byte("none: " + err.Error())}, stage.Times{}, nil
	}
	go try()
	<-up
	close(begin)
	text := fmt.Sprint(abi > 0)
	for range threads + 1 {
		text += " " + <-answers
	}
	return &blob.Blob{Data: []byte(text)}, stage.Times{}, nil
}

// TestFilesAreClosedToAllThreads: Landlock alone, which is a property of a thread, holds for all of them.
func TestFilesAreClosedToAllThreads(t *testing.T) {
	got := mustRun(t, newPool(t, Config{Workers: 1, Args: []string{"child", "threads"}}), "go")
	if strings.HasPrefix(got, "none") {
		t.Skipf("no Landlock here: %s", got)
	}
	if want := "true true true true true true"; got != want {
		t.Errorf("denied: got %s, want %s", got, want)
	}
}

// TestSandboxIsTold: the pool knows what confines its workers, says once what does not, and under Require has none.
func TestSandboxIsTold(t *testing.T) {
	said := make(listener, 10)
	p := newPool(t, Config{Workers: 2, Args: []string{"child", "exposed"}, Logger: slog.New(said)})
	mustRun(t, p, "echo")
	p.Close(t.Context())
	close(said)
	var texts []string
	for text := range said {
		texts = append(texts, text)
	}
	if want := []string{"workers are not fully confined"}; !slices.Equal(texts, want) {
		t.Errorf("log says %q, want %q", texts, want)
	}
	want := Sandbox{Landlock: 3, Missing: []string{"seccomp: not in this test"}}
	if diff := cmp.Diff(want, p.Stats().Sandbox); diff != "" {
		t.Errorf("Stats (-want +got):\n%s", diff)
	}
	_, err := NewPool(Config{Workers: 2, Queue: 1, Sandbox: Require, Path: executable(), Args: []string{"child", "exposed"}})
	if !errors.Is(err, ErrSandbox) || !strings.Contains(err.Error(), "seccomp: not in this test") {
		t.Errorf("Require without a sandbox: %v, want %v and the reason", err, ErrSandbox)
	}
}

func TestRequire(t *testing.T) {
	c := Config{Workers: 1, Queue: 1, Sandbox: Require, Args: []string{"child", "jobs"}, DataLimit: testDataLimit}
	p, err := NewPool(c)
	if errors.Is(err, ErrSandbox) {
		t.Skipf("this kernel has no full sandbox: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(t.Context())
	mustRun(t, p, "echo")
	if s := p.Stats().Sandbox; s.Landlock == 0 || !s.Seccomp || s.Missing != nil {
		t.Errorf("Sandbox: %+v", s)
	}
}

// TestDataLimit: the wall holds without the parent's help.
func TestDataLimit(t *testing.T) {
	if testDataLimit == math.MaxInt64 {
		t.Skip("the race detector's own memory does not fit into a data limit")
	}
	p := newPool(t, Config{Workers: 1, DataLimit: 256 << 20, KillRSS: 1 << 40})
	_, err := run(t.Context(), p, "grow")
	wantFault(t, err, fault.Overloaded)
	if s := p.Stats(); s.Deaths[Hungry.String()] != 1 {
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
