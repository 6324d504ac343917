//go:build unix

package worker

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/stage"
)

func TestRun(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	source := "echo " + strings.Repeat("0123456789", 70_000)
	pl := testPlan
	pl.Source.Profile = []byte("a profile")
	b, times, err := p.Run(t.Context(), &blob.Blob{Data: []byte(source)}, pl)
	if err != nil {
		t.Fatal(err)
	}
	if string(b.Data) != source {
		t.Errorf("got %d bytes, want the %d that were sent", len(b.Data), len(source))
	}
	if b.Format != format.WebP || b.ETag != blob.Tag(b.Data) || b.Created.IsZero() {
		t.Errorf("result is %v %s %v", b.Format, b.ETag, b.Created)
	}
	if times[stage.Queue] <= 0 {
		t.Errorf("queue took %v, want the time the worker needed to start", times[stage.Queue])
	}
	times[stage.Queue] = 0
	if want := (stage.Times{stage.Decode: 3, stage.Encode: 5}); times != want {
		t.Errorf("times %v, want %v", times, want)
	}
	if !p.Ready() {
		t.Error("not Ready after a job")
	}
	if diff := cmp.Diff(testVersions, p.Stats().Versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

func TestFaultOfTheEngine(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	_, times, err := p.Run(t.Context(), &blob.Blob{Data: []byte("fault")}, testPlan)
	wantFault(t, err, fault.UnsupportedFormat)
	f := fault.From(err)
	if f.Detail != "arithmetic coding is not read here" || f.Param != "url" || !strings.Contains(f.Err.Error(), "SOF9") {
		t.Errorf("got detail %q, param %q, cause %q", f.Detail, f.Param, f.Err)
	}
	if times[stage.Decode] != 3 {
		t.Errorf("times %v, want the engine's also when it failed", times)
	}
	pid := mustRun(t, p, "pid")
	_, _ = run(t.Context(), p, "fault")
	if again := mustRun(t, p, "pid"); again != pid {
		t.Errorf("the worker is %s, was %s: a fault is no reason to end", again, pid)
	}
}

// TestDeaths: what a process does to itself, it does twice. Each time the request fails, the next one does not, and then
// the source is not tried again.
func TestDeaths(t *testing.T) {
	for _, tt := range []struct {
		source string
		cause  Cause
	}{
		{"segv", Crashed},
		{"exit", Crashed},
		{"panic", Crashed},
		{"garbage", Babbled},
		{"verbose", Babbled},
		{"huge", Babbled},
		{"empty", Babbled},
		{"backwards", Babbled},
		{"stages exit", Crashed},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, Config{Workers: 1})
			for i, want := range []uint64{1, 2, 2} { // the third time without a worker
				_, err := run(t.Context(), p, tt.source)
				wantFault(t, err, fault.DamagedImage)
				mustRun(t, p, "echo")
				if s := p.Stats(); s.Deaths[tt.cause.String()] != want || s.Alive != 1 {
					t.Errorf("try %d: want %d deaths by %v: %+v", i+1, want, tt.cause, s)
				}
			}
			if n := p.Stats().Poisoned; n != 1 {
				t.Errorf("%d sources refused, want 1", n)
			}
		})
	}
}

// TestOutsideKill: a SIGKILL has nothing to do with the picture, however often it comes.
func TestOutsideKill(t *testing.T) {
	for _, source := range []string{"kill", "hollow"} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, Config{Workers: 1})
			for deaths := uint64(1); deaths <= 4; deaths++ {
				_, err := run(t.Context(), p, source)
				wantFault(t, err, fault.Overloaded)
				if s := p.Stats(); s.Deaths[Killed.String()] != deaths || s.Poisoned != 0 {
					t.Fatalf("want %d workers killed and nothing refused: %+v", deaths, s)
				}
			}
			mustRun(t, p, "echo")
		})
	}
}

func TestPoisonExpires(t *testing.T) {
	p := newPool(t, Config{Workers: 1, PoisonTTL: time.Nanosecond})
	for deaths := uint64(1); deaths <= 3; deaths++ {
		_, err := run(t.Context(), p, "exit")
		wantFault(t, err, fault.DamagedImage)
		if got := p.Stats().Deaths[Crashed.String()]; got != deaths {
			t.Errorf("%d deaths, want %d: the source is forgotten", got, deaths)
		}
	}
}

func TestIdleKillCostsNothing(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	for range 5 {
		var pid int
		if _, err := fmt.Sscan(mustRun(t, p, "pid"), &pid); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		mustRun(t, p, "echo")
	}
	if s := p.Stats(); s.Poisoned != 0 || s.Deaths[Idle.String()] != 5 || s.Deaths[Killed.String()] != 0 {
		t.Errorf("idle workers were killed, no source is to blame: %+v", s)
	}
}

// TestKillUnderLoad: of many requests, exactly those fail whose worker is killed.
func TestKillUnderLoad(t *testing.T) {
	p := newPool(t, Config{Workers: 2, Sandbox: Off})
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for i := range 4 {
		load.Go(func() {
			want := fmt.Sprintf("echo %d %s", i, strings.Repeat("x", 100_000))
			for ctx.Err() == nil {
				if got, err := run(t.Context(), p, want); err != nil || got != want {
					t.Errorf("an innocent request failed: %d bytes, %v", len(got), err)
					return
				}
			}
		})
	}
	for i := range 20 {
		w := newWatcher(t)
		victim := make(chan error, 1)
		go func() {
			_, err := run(t.Context(), p, "hang "+w.path)
			victim <- err
		}()
		pid, _ := w.started()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if err := <-victim; err == nil || fault.From(err).Kind != fault.Overloaded {
			t.Errorf("kill %d: want overloaded, got %v", i, err)
		}
	}
	stop()
	load.Wait()
	if s := p.Stats(); s.Deaths[Killed.String()] != 20 || s.Poisoned != 0 {
		t.Errorf("want 20 killed and nothing poisoned: %+v", s)
	}
}

func TestResidentOfAll(t *testing.T) {
	p := newPool(t, Config{Workers: 2, Sandbox: Off})
	mustRun(t, p, "echo")
	if runtime.GOOS != "linux" {
		t.Skip("what a process has in RAM is only read on Linux")
	}
	sum, most := p.Resident()
	if most < 1<<20 || sum < most || sum > 2*most {
		t.Errorf("%d bytes, %d of them of the largest; want those of one or two processes", sum, most)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sum, most := p.Resident(); sum != 0 || most != 0 {
		t.Errorf("%d and %d bytes after the end", sum, most)
	}
}

func TestRecycle(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		same   bool // the same process does two jobs in a row
	}{
		{"never", Config{}, true},
		{"after one job", Config{MaxJobs: 1}, false},
		{"too large", Config{RecycleRSS: 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.config.Workers = 1
			p := newPool(t, tt.config)
			if one, two := mustRun(t, p, "pid"), mustRun(t, p, "pid"); (one == two) != tt.same {
				t.Errorf("workers %s and %s, want the same: %t", one, two, tt.same)
			}
			if !p.Ready() {
				t.Error("not Ready between two workers")
			}
			for c, n := range p.Stats().Deaths {
				if n != 0 {
					t.Errorf("%d deaths by %s: a planned end is none", n, c)
				}
			}
		})
	}
}

func TestHungryWorker(t *testing.T) {
	p := newPool(t, Config{Workers: 1, KillRSS: 128 << 20})
	for range fatal {
		_, err := run(t.Context(), p, "grow")
		wantFault(t, err, fault.Overloaded)
	}
	_, err := run(t.Context(), p, "grow")
	wantFault(t, err, fault.TooMuchMemory)
	if s := p.Stats(); s.Deaths[Hungry.String()] != fatal || s.Poisoned != 1 {
		t.Errorf("want two deaths: %+v", s)
	}
	mustRun(t, p, "echo")
}

func TestRefusedWithoutAWorker(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Memory: 100 << 20})
	big := testPlan
	big.Memory = 101 << 20
	_, _, err := p.Run(t.Context(), &blob.Blob{Data: []byte("echo")}, big)
	wantFault(t, err, fault.TooMuchMemory)

	_, _, err = p.Run(t.Context(), &blob.Blob{Data: make([]byte, 60<<20)}, testPlan) // held twice
	wantFault(t, err, fault.TooMuchMemory)

	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = run(over, p, "echo")
	wantFault(t, err, fault.ClientGone)

	for _, queue := range []int{-1, 0} {
		if _, err := NewPool(Config{Queue: queue}); err == nil {
			t.Errorf("a queue of %d was accepted", queue)
		}
	}
}

// A job that was given up on its way to a worker costs no worker.
func TestLateCancelSparesTheWorker(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	pid := mustRun(t, p, "pid")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		j, err := p.newJob(t.Context(), &blob.Blob{Data: []byte("echo")}, testPlan, nil)
		if err != nil {
			t.Fatal(err)
		}
		j.ctx = over
		if err := p.queue.push(j); err != nil {
			t.Fatal(err)
		}
		wantFault(t, (<-j.done).err, fault.ClientGone)
	}
	if again := mustRun(t, p, "pid"); again != pid {
		t.Errorf("worker %s became %s", pid, again)
	}
}

func TestSignalsAreTheParents(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	pid := mustRun(t, p, "pid")
	if got := mustRun(t, p, "signals"); got != "alive" {
		t.Errorf("got %q", got)
	}
	if again := mustRun(t, p, "pid"); again != pid {
		t.Errorf("worker %s became %s", pid, again)
	}
}

// TestUploadsDoNotPoisonSources: a file that ends its worker is refused to those who send it, and still made of the same
// bytes where they were fetched; there it takes its own two deaths.
func TestUploadsDoNotPoisonSources(t *testing.T) {
	p := newPool(t, Config{Workers: 1})
	ask := func(upload bool) uint64 {
		t.Helper()
		_, _, err := p.Run(t.Context(), &blob.Blob{Data: []byte("stages exit"), Upload: upload}, testPlan)
		wantFault(t, err, fault.DamagedImage)
		return p.Stats().Deaths[Crashed.String()]
	}
	for i, want := range []uint64{1, 2, 2, 2} {
		if got := ask(true); got != want {
			t.Fatalf("upload %d: %d workers died, want %d", i+1, got, want)
		}
	}
	for i, want := range []uint64{3, 4, 4} {
		if got := ask(false); got != want {
			t.Fatalf("download %d: %d workers died, want %d", i+1, got, want)
		}
	}
	jpeg := testPlan
	jpeg.Format = format.JPEG
	_, _, err := p.Run(t.Context(), &blob.Blob{Data: []byte("stages exit")}, jpeg)
	wantFault(t, err, fault.DamagedImage)
	if got := p.Stats().Deaths[Crashed.String()]; got != 5 {
		t.Errorf("%d workers died, want a fifth: it died in the encoder of another format", got)
	}
}
