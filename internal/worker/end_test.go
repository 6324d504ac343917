//go:build unix

package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
)

// moment is a context whose end the test chooses, so that no test depends on a clock. asked is closed when somebody
// waits for the end.
type moment struct {
	context.Context
	asked chan struct{}
	once  sync.Once
	done  chan struct{}
	err   error
}

func newMoment(err error) *moment {
	return &moment{Context: context.Background(), asked: make(chan struct{}), done: make(chan struct{}), err: err}
}

func (m *moment) Done() <-chan struct{} {
	m.once.Do(func() { close(m.asked) })
	return m.done
}

func (m *moment) Err() error {
	select {
	case <-m.done:
		return m.err
	default:
		return nil
	}
}

// interrupt runs a job that hangs and ends its context when it is under way. The worker is gone afterwards.
func interrupt(t *testing.T, p *Pool, w watcher, err error) error {
	t.Helper()
	m := newMoment(err)
	result := make(chan error, 1)
	go func() {
		_, err := run(m, p, "hang "+w.path)
		result <- err
	}()
	_, ended := w.started()
	close(m.done)
	got := <-result
	ended()
	return got
}

// TestDeadline: however often a picture is too dear for its time, the machine may be to blame.
func TestDeadline(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Sandbox: Off})
	w := newWatcher(t)
	for range 12 {
		wantFault(t, interrupt(t, p, w, context.DeadlineExceeded), fault.Timeout)
		mustRun(t, p, "echo")
	}
	if s := p.Stats(); s.Poisoned != 0 || s.Deaths[TimedOut.String()] != 12 {
		t.Errorf("want 12 timeouts and nothing refused: %+v", s)
	}
}

func TestCallerLeaves(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Sandbox: Off})
	w := newWatcher(t)
	for range 3 {
		wantFault(t, interrupt(t, p, w, context.Canceled), fault.ClientGone)
	}
	mustRun(t, p, "echo") // the only worker is back
	if s := p.Stats(); s.Poisoned != 0 || s.Deaths[Abandoned.String()] != 3 {
		t.Errorf("callers who leave say nothing about the picture: %+v", s)
	}
}

// occupy fills a pool of one, with its sandbox off, with a job that ends when the returned function is called; it reports the job's error.
func occupy(t *testing.T, p *Pool) (finish func() error) {
	t.Helper()
	w := newWatcher(t)
	result := make(chan error, 1)
	go func() {
		_, err := run(t.Context(), p, "wait "+w.path)
		result <- err
	}()
	f, err := os.OpenFile(w.path, os.O_WRONLY, 0) // returns when the job has opened the other end
	if err != nil {
		t.Fatal(err)
	}
	return func() error {
		f.Close()
		return <-result
	}
}

func TestQueueIsBounded(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Sandbox: Off, Queue: 1})
	finish := occupy(t, p)
	if err := p.Admit(t.Context()); err != nil {
		t.Errorf("one may wait, but Admit says %v", err)
	}
	waits := newMoment(context.DeadlineExceeded)
	late := make(chan error, 1)
	go func() {
		_, err := run(waits, p, "echo")
		late <- err
	}()
	<-waits.asked // it is in the queue
	_, err := run(t.Context(), p, "echo")
	wantFault(t, err, fault.Overloaded)
	wantFault(t, p.Admit(t.Context()), fault.Overloaded)
	if s := p.Stats(); s.Busy != 1 || s.Queued != 1 || s.QueueLimit != 1 || s.Shed != 2 {
		t.Errorf("want 1 busy, 1 queued, 2 shed: %+v", s)
	}
	close(waits.done)
	wantFault(t, <-late, fault.Timeout)
	if err := p.Admit(t.Context()); err != nil {
		t.Errorf("nobody waits any more, but Admit says %v", err)
	}
	if s := p.Stats(); s.Queued != 0 || s.Alive != 1 || s.Deaths[TimedOut.String()] != 0 {
		t.Errorf("a job that waited left no trace: %+v", s)
	}
	if err := finish(); err != nil {
		t.Error(err)
	}
}

func TestMemoryIsShared(t *testing.T) {
	p := newPool(t, Config{Workers: 2, Sandbox: Off, Memory: 10 << 20}) // testPlan takes 1 MiB
	finish := occupy(t, p)
	large := testPlan
	large.Memory = 10 << 20
	waits := newMoment(nil)
	late := make(chan error, 1)
	go func() {
		_, _, err := p.Run(waits, &blob.Blob{Data: []byte("echo")}, large)
		late <- err
	}()
	<-waits.asked
	if s := p.Stats(); s.Queued != 1 || s.Busy != 1 || s.Memory != 1<<20 {
		t.Errorf("want the large job to wait although a worker is free: %+v", s)
	}
	if err := errors.Join(finish(), <-late); err != nil {
		t.Error(err)
	}
}

func TestCloseDrains(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Sandbox: Off})
	finish := occupy(t, p)
	grace := newMoment(nil)
	closed := make(chan error, 1)
	go func() { closed <- p.Close(grace) }()
	<-grace.asked // it takes no more jobs and waits
	_, err := run(t.Context(), p, "echo")
	wantFault(t, err, fault.Draining)
	if p.Ready() {
		t.Error("Ready while it drains")
	}
	if err := finish(); err != nil {
		t.Errorf("an accepted job failed: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestCloseInAHurry(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Sandbox: Off})
	w := newWatcher(t)
	results := make(chan error, 2)
	go func() {
		_, err := run(t.Context(), p, "hang "+w.path)
		results <- err
	}()
	_, ended := w.started()
	waits := newMoment(nil)
	go func() {
		_, err := run(waits, p, "echo")
		results <- err
	}()
	<-waits.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v, want context canceled", err)
	}
	ended()
	wantFault(t, <-results, fault.Draining)
	wantFault(t, <-results, fault.Draining)
}

// listener is a slog.Handler that tells a test of each record.
type listener chan string

func (l listener) Enabled(context.Context, slog.Level) bool { return true }
func (l listener) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l listener) WithGroup(string) slog.Handler            { return l }

func (l listener) Handle(_ context.Context, r slog.Record) error {
	select {
	case l <- r.Message:
	default:
	}
	return nil
}

func TestWorkersThatDoNotStart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
	}{
		{"no such program", Config{Path: "/nonexistent/imagekit"}},
		{"ends at once", Config{Args: []string{"child", "exit"}}},
		{"says something else", Config{Args: []string{"child", "babble"}}},
		{"says nothing", Config{Args: []string{"child", "mute"}, Hello: time.Millisecond}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said := make(listener, 1)
			tt.config.Workers, tt.config.Logger = 1, slog.New(said)
			p := newPool(t, tt.config)
			for range 2 {
				if text := <-said; text != "cannot start a worker" {
					t.Errorf("log says %q", text)
				}
			}
			if p.Ready() || p.Stats().Deaths[Unstarted.String()] < 2 {
				t.Errorf("Ready: %t, %+v", p.Ready(), p.Stats())
			}
		})
	}
}

func TestCloseWhileStarting(t *testing.T) {
	p := newPool(t, Config{Workers: 2, Args: []string{"child", "mute"}})
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// parent is a process with a pool of its own, whose worker hangs.
func parent(fifo string) {
	p, err := NewPool(Config{Workers: 1, Queue: 1, Sandbox: Off, Args: []string{"child", "jobs"}, DataLimit: testDataLimit})
	if err == nil {
		_, err = run(context.Background(), p, "hang "+fifo)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	w := newWatcher(t)
	cmd := exec.Command(executable(), "parent", w.path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, ended := w.started()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	ended()
}

// TestLifeline: the pipe alone ends a child in an endless loop, for systems without a parent-death signal.
func TestLifeline(t *testing.T) {
	childEnd, lifeline, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer childEnd.Close()
	ours, theirs, err := newWire()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	cmd := exec.Command(executable(), "child", "jobs", string(Off), fmt.Sprint(int64(testDataLimit)))
	theirs.give(cmd, childEnd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.close()
	w := newWatcher(t)
	header, err := encodeJob(testPlan)
	if err != nil {
		t.Fatal(err)
	}
	if err := send(ours, kindJob, header, []byte("hang "+w.path)); err != nil {
		t.Fatal(err)
	}
	_, ended := w.started()
	lifeline.Close()
	ended()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the child ended with %v", err)
	}
}
