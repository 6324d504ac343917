package worker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// process is the parent's view of one child.
type process struct {
	cmd    *exec.Cmd
	wire   channel
	bounds bounds        // what the system puts around it from this side
	in     *bufio.Reader // of wire
	hello  hello
	stderr tail
	jobs   int // answered

	cause  atomic.Uint32 // the Cause of the first kill of ours
	exited chan struct{} // closed when the process has been waited for
}

// launcher starts processes for the pool.
type launcher struct {
	path     string
	args     []string
	mode     Mode
	limit    int64         // bytes of a child's memory
	patience time.Duration // with a child that has not said hello
	lifeline *os.File      // the end a child reads
	requests chan launch
}

// launch asks for one process to be started.
type launch struct {
	cmd *exec.Cmd
	err chan error
}

// environment is all a child gets of it. One thread of codec work and one arena for it, the second for the rest.
func environment() []string { return []string{"GOMAXPROCS=1", "MALLOC_ARENA_MAX=2"} }

// newLauncher returns a launcher for the children of a pool.
func newLauncher(c Config, lifeline *os.File) *launcher {
	argv := append([]string{"imagekit"}, c.Args...)
	return &launcher{
		path: c.Path, args: append(argv, string(c.Sandbox), strconv.FormatInt(c.DataLimit, 10)), mode: c.Sandbox,
		limit: c.DataLimit, patience: c.Hello, lifeline: lifeline, requests: make(chan launch),
	}
}

// run starts all processes from one thread that lives as long as they do: the kernel sends the parent-death signal
// when the *thread* that started a child ends. It returns, and its thread ends, when requests is closed; by then
// every child must have been waited for.
func (l *launcher) run() {
	runtime.LockOSThread()
	err := prepareLaunch()
	for r := range l.requests {
		if err != nil {
			r.err <- err
			continue
		}
		r.err <- r.cmd.Start()
	}
}

// start returns a child that has said hello. The end of ctx kills it before that.
func (l *launcher) start(ctx context.Context) (*process, error) {
	ours, theirs, err := newWire()
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	w := &process{wire: ours, in: bufio.NewReader(ours), exited: make(chan struct{})}
	w.cmd = &exec.Cmd{
		Path: l.path, Args: l.args, Env: environment(), Stderr: &w.stderr, SysProcAttr: attributes(), WaitDelay: time.Second,
	}
	theirs.give(w.cmd, l.lifeline)
	r := launch{cmd: w.cmd, err: make(chan error, 1)}
	l.requests <- r
	err = <-r.err
	theirs.close() // the child's copy must be the only one, or its end would go unnoticed
	if err != nil {
		ours.Close()
		return nil, err
	}
	bounded := w.bounds.put(w.cmd.Process, l.limit)
	go w.reap()
	if bounded != nil {
		w.end()
		return nil, fmt.Errorf("bound a worker: %w", bounded)
	}
	if err := w.greeting(ctx, l.patience); err != nil {
		w.end()
		return nil, fmt.Errorf("no hello: %w (%v)%s", err, w.cmd.ProcessState, w.stderr.quote())
	}
	if gaps := w.hello.Sandbox.Missing; l.mode == Require && len(gaps) > 0 {
		w.end()
		return nil, fmt.Errorf("%w: %s", ErrSandbox, strings.Join(gaps, "; "))
	}
	return w, nil
}

// greeting reads the child's hello, which may take so long.
func (w *process) greeting(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { w.kill(Unstarted) })
	header, _, err := receive(w.in, kindHello, 0, nil)
	if !stop() {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(header, &w.hello); err != nil {
		return fmt.Errorf("%w: hello: %w", errWire, err)
	}
	return nil
}

// do sends a job and its header to the worker and returns its reply, which may hold a fault, and how far the job came:
// untouched until the worker had read it, then its start and what it says. An error means that the worker is of no more use.
func (w *process) do(j *job, header []byte) (reply outcome, at place, err error) {
	if err := send(w.wire, kindJob, header, j.body...); err != nil {
		return outcome{}, untouched, err
	}
	if _, _, err := receive(w.in, kindAccepted, 0, nil); err != nil {
		return outcome{}, untouched, err
	}
	if at, err = w.follow(start(j.plan), len(j.overlays)); err != nil {
		return outcome{}, at, noEOF(err)
	}
	answer, body, err := receive(w.in, kindReply, j.limit, nil)
	if err != nil {
		return outcome{}, at, noEOF(err)
	}
	if n := w.in.Buffered(); n > 0 {
		return outcome{}, at, fmt.Errorf("%w: %d bytes after the reply", errWire, n)
	}
	times, failed, err := decodeReply(answer, body, len(j.overlays))
	if err != nil {
		return outcome{}, at, err
	}
	if failed != nil {
		return outcome{times: times, err: failed}, at, nil
	}
	return outcome{data: body, times: times}, at, nil
}

// follow reads how a job with so many overlays goes on from a place, up to the next message of another kind.
func (w *process) follow(at place, overlays int) (place, error) {
	for {
		if next, err := w.in.Peek(1); err != nil || kind(next[0]) != kindProgress {
			return at, err
		}
		header, _, err := receive(w.in, kindProgress, 0, nil)
		if err != nil {
			return at, err
		}
		if at, err = decodeProgress(header, at, overlays); err != nil {
			return at, err
		}
	}
}

// reap waits for the process, so that it leaves no zombie, whatever else happens.
func (w *process) reap() {
	_ = w.cmd.Wait() // the state says it all
	close(w.exited)
}

// kill ends the process at once and every read and write on its wire with it. The first cause counts.
func (w *process) kill(c Cause) {
	w.cause.CompareAndSwap(uint32(NoCause), uint32(c))
	_ = w.cmd.Process.Kill()                // it may be gone already
	_ = w.wire.SetDeadline(time.Unix(1, 0)) // any time that is over
}

// killed returns why this side killed the process, NoCause when it did not.
func (w *process) killed() Cause { return Cause(w.cause.Load()) }

// end kills the process if it still lives, waits for it and closes the wire. A child keeps nothing that a kill
// could spoil, so this is also how idle ones are sent home.
func (w *process) end() {
	_ = w.cmd.Process.Kill()
	<-w.exited
	w.wire.Close()
	w.bounds.release()
}

// death tells why the process ended during a job. It must have been waited for.
func (w *process) death() Cause {
	switch endOf(w.cmd.ProcessState, &w.stderr) {
	case exited:
		if w.stderr.outOfMemory() {
			return Hungry
		}
		return Crashed
	case struck:
		return Crashed
	}
	if c := w.killed(); c != NoCause {
		return c
	}
	return Killed
}

// ending tells how a process ended.
type ending uint8

const (
	exited ending = iota // by itself
	struck               // by what it did: a fatal signal of its own making
	killed               // from outside, perhaps from here
)

// channel is the parent's end of a wire.
type channel interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// tail keeps the end of what a child writes to standard error, the trace of a crash, and its beginning, which tells why.
type tail struct {
	mu   sync.Mutex
	head []byte
	text []byte
}

const (
	headLen = 512     // bytes
	tailLen = 8 << 10 // bytes
)

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = append(t.head, b[:min(len(b), headLen-len(t.head))]...)
	t.text = append(t.text, b[max(0, len(b)-tailLen):]...)
	if over := len(t.text) - tailLen; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(b), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// outOfMemory reports whether the Go runtime ended the process because the system, or its data limit, gave it no more. The
// collector of Go 1.26 does not look whether it got a queue: it goes by a nil pointer then.
func (t *tail) outOfMemory() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, words := range []string{"out of memory", "cannot allocate memory", "runtime.(*spanQueue).tryDrain("} {
		if bytes.Contains(t.head, []byte(words)) {
			return true
		}
	}
	return false
}

// quote returns what was kept as the end of an error text, nothing when there is nothing.
func (t *tail) quote() string {
	if s := t.String(); s != "" {
		return ": " + strconv.Quote(s)
	}
	return ""
}
