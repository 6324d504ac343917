// Package worker runs image jobs in processes of their own, so that a hostile file costs one request and nothing
// else: a crash is answered 422, a deadline is a SIGKILL, memory goes back to the system when the process ends.
//
// The Pool is the parent's side, Serve the child's; both are the same binary. They speak over one socket pair
// (see wire.go). A child gets no environment, no files and no listening sockets of its parent,
// and before it reads its first job it gives up all that no job needs (confine).
package worker

import (
	"cmp"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// Runner does one job in the child: the engine, handed in by the command. more are the sources of the plan's overlays. It
// must not keep the data of a source after it returns, the next job overwrites it. It calls enter with the stage it is
// about to begin, and of which part, so that the parent knows where a worker died. Its errors cross the process boundary
// as a fault's kind, detail, parameter, part and the text of its cause.
type Runner func(src *blob.Blob, p plan.Plan, enter func(part int, s stage.Stage), more ...*blob.Blob) (*blob.Blob,
	stage.Times, error)

// Config sets up a Pool. Zero values mean the defaults named here.
type Config struct {
	Path string   // executable; default: the running one, even when its file has been replaced meanwhile
	Args []string // arguments that lead Path to Serve; default "worker". The pool appends Serve's own.

	Workers int   // processes = jobs at a time; default: the number of CPUs
	Queue   int   // jobs that may wait, beyond it fault.Overloaded; at least 1, there is no default
	Memory  int64 // bytes; the sum of plan.Memory over the running jobs; default 1 GiB

	Sandbox Mode // what becomes of children that cannot be confined; default Auto

	DataLimit  int64 // bytes; RLIMIT_DATA of a child: its heap, C and Go; default 1 GiB
	KillRSS    int64 // bytes; a child above it is killed during its job; default DataLimit
	RecycleRSS int64 // bytes; a child above it is replaced after its job; default 256 MiB
	MaxJobs    int   // jobs after which a child is replaced; default 1000

	Hello time.Duration // how long a child may take to say hello, for which 6 ms are usual; default 10 s

	PoisonTTL time.Duration // how long a source that ended two workers is refused; default 60 s
	Logger    *slog.Logger  // default: discards
}

// Mode says what becomes of children that cannot be confined.
type Mode string

// The modes.
const (
	Auto    Mode = "auto"    // they run behind the walls that this kernel offers; a warning names those that are missing
	Require Mode = "require" // none runs
	Off     Mode = "off"     // they run with no wall but the resource limits, for tracing them
)

// Sandbox tells what stands around a child besides the limits on its resources.
type Sandbox struct {
	Landlock int      // ABI version of the kernel's file system rules, 0 when they are not in force
	Seccomp  bool     // the filter of system calls is in force
	Missing  []string // walls that do not stand, each with the reason; empty when all do
}

// ErrSandbox is that of a child that cannot be confined under Require.
var ErrSandbox = errors.New("workers cannot be confined")

const gib = 1 << 30

func (c Config) withDefaults() Config {
	c.Path = cmp.Or(c.Path, executable())
	if c.Args == nil {
		c.Args = []string{"worker"}
	}
	c.Workers = cmp.Or(c.Workers, runtime.NumCPU())
	c.Sandbox = cmp.Or(c.Sandbox, Auto)
	c.Memory = cmp.Or(c.Memory, gib)
	c.DataLimit = cmp.Or(c.DataLimit, gib)
	c.KillRSS = cmp.Or(c.KillRSS, c.DataLimit)
	c.RecycleRSS = cmp.Or(c.RecycleRSS, gib/4)
	c.MaxJobs = cmp.Or(c.MaxJobs, 1000)
	c.Hello = cmp.Or(c.Hello, 10*time.Second)
	c.PoisonTTL = cmp.Or(c.PoisonTTL, time.Minute)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

// Stats is a snapshot of a Pool.
type Stats struct {
	Workers     int               // configured, as the next two are
	QueueLimit  int               // jobs that may wait
	MemoryLimit int64             // bound of Memory
	Alive       int               // processes that said hello and have not ended
	Busy        int               // jobs in a worker
	Queued      int               // jobs that wait
	Shed        uint64            // jobs refused because too many waited
	Memory      int64             // bytes; the sum of the running jobs' estimates
	Deaths      map[string]uint64 // by cause; every Cause has its entry
	Recycled    uint64            // processes replaced between jobs
	Poisoned    int               // sources refused in some form at present
	Versions    map[string]string // codec library → version, as the latest worker said; nil before the first
	Sandbox     Sandbox           // the same; the zero value before the first
}

// Cause says why a worker ended in a way that was not planned.
type Cause uint8

// The causes.
const (
	NoCause   Cause = iota
	Crashed         // ended by itself during a job: exit or a fatal signal of its own making
	Killed          // ended from outside during a job: by hand, by the kernel's out-of-memory killer
	TimedOut        // its job's deadline passed
	Abandoned       // nobody waits for its job any more, or the pool was closed in a hurry
	Hungry          // above KillRSS, or ended by itself at DataLimit
	Babbled         // said something that is no reply
	Idle            // ended without a job
	Unstarted       // could not be started, or never said hello
	causes
)

var causeNames = [causes]string{"none", "crash", "killed", "timeout", "abandoned", "memory", "protocol", "idle", "start"}

// String names the cause in logs and metrics.
func (c Cause) String() string { return causeNames[c] }
