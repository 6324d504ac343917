//go:build unix

package worker

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
	"imagekit/internal/worker/breakout"
)

// TestMain is the tests or, when a pool of theirs has started this binary, a child.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		if err := child(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) > 2 && os.Args[1] == "parent" {
		parent(os.Args[2])
		return
	}
	goleak.VerifyTestMain(m)
}

var testVersions = map[string]string{"libtest": "1.2.3"}

// child is what a child of the tests does.
func child(mode string, args []string) error {
	switch mode {
	case "jobs":
		return Serve(args, testVersions, script)
	case "pictures":
		if err := engine.Prepare(""); err != nil {
			return err
		}
		return Serve(args, testVersions, func(src *blob.Blob, p plan.Plan, enter func(int, stage.Stage),
			more ...*blob.Blob,
		) (*blob.Blob, stage.Times, error) {
			return engine.Engine{Enter: enter}.Run(src, p, more...)
		})
	case "giants":
		return Serve(args, testVersions, pidOrPicture)
	case "breakout":
		return Serve(args, testVersions, breakout.Run)
	case "threads":
		return Serve(append([]string{string(Off)}, args[1:]...), testVersions, onThreads)
	case "exposed":
		gap := hello{Sandbox: Sandbox{Landlock: 3, Missing: []string{"seccomp: not in this test"}}}
		return serve(os.NewFile(socketFD, "wire"), gap, script)
	case "exit":
		return errors.New("no such library")
	case "babble":
		if _, err := os.NewFile(socketFD, "wire").WriteString("HELLO WORLD, HOW ARE YOU"); err != nil {
			return err
		}
	}
	follow(os.NewFile(lifelineFD, "lifeline")) // mute: never says hello
	return nil
}

// script is a Runner that does what the source says: a verb and its arguments. An overlay is a verb to die by, or "fine".
func script(src *blob.Blob, p plan.Plan, enter func(int, stage.Stage), more ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	times := stage.Times{stage.Decode: 3, stage.Encode: 5}
	verb, arg, _ := strings.Cut(string(src.Data[:min(len(src.Data), 300)]), " ")
	text := ""
	for i, m := range more {
		enter(i+1, stage.Decode)
		if fatal := string(m.Data); fatal != "fine" {
			die(fatal)
		}
	}
	if len(more) > 0 {
		enter(0, stage.Decode)
	}
	switch verb {
	case "echo":
		return &blob.Blob{Data: src.Data}, times, nil
	case "small": // a result of 50 KB
		return &blob.Blob{Data: src.Data[:50<<10]}, times, nil
	case "empty":
		return &blob.Blob{}, times, nil
	case "fault":
		f := fault.Wrap(fault.UnsupportedFormat, errors.New("marker SOF9"), "arithmetic coding is not read here")
		f.Param = "url"
		return nil, times, fmt.Errorf("decode: %w", f)
	case "pid":
		text = strconv.Itoa(os.Getpid())
	case "hang":
		announce(arg)
		for turns := 0; ; { // a decoder that does not return
			turns++
		}
	case "wait": // until the other end of the FIFO is closed
		if _, err := os.ReadFile(arg); err != nil {
			return nil, times, err
		}
		text = "done"
	case "signals":
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			if err := raise(s); err != nil {
				return nil, times, err
			}
		}
		text = "alive"
	case "stages": // dies in its last one
		for _, s := range []stage.Stage{stage.Decode, stage.Resize, stage.Encode, stage.Resize} {
			enter(0, s)
		}
		die(arg)
	default:
		die(verb)
	}
	return &blob.Blob{Data: []byte(text)}, times, nil
}

// die does the things that no worker comes back from.
func die(verb string) {
	switch verb {
	case "segv": // what C does, the Go runtime turns into exit status 2
		_ = raise(syscall.SIGSEGV)
	case "kill":
		_ = raise(syscall.SIGKILL)
	case "exit":
		os.Exit(7)
	case "garbage":
		_, _ = os.NewFile(socketFD, "wire").WriteString("\x00\x01\x02 this is no reply, whatever it is")
	case "verbose": // a reply and a bit
		var b bytes.Buffer
		header, _ := json.Marshal(replyHeader{})
		_ = send(&b, kindReply, header, []byte("result"))
		b.WriteString("more")
		_, _ = os.NewFile(socketFD, "wire").Write(b.Bytes())
	case "huge": // announces more than the plan can make
		_, _ = os.NewFile(socketFD, "wire").Write([]byte{byte(kindReply), 0, 0, 0, 2, 0x3f, 0xff, 0xff, 0xff})
	case "backwards": // says that it goes back, as if it had for ever
		_ = sendProgress(os.NewFile(socketFD, "wire"), place{0, stage.Encode})
		_ = sendProgress(os.NewFile(socketFD, "wire"), place{0, stage.Resize})
	case "hollow":
		_ = os.NewFile(socketFD, "wire").Close()
	case "grow":
		for keep := [][]byte{}; ; {
			b := make([]byte, 8<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			keep = append(keep, b)
		}
	default:
		panic("the decoder met " + verb)
	}
	select {}
}

// announce writes the process id to a FIFO and leaves it open, so that its reader sees the end of the process.
func announce(fifo string) {
	fd, err := syscall.Open(fifo, syscall.O_WRONLY, 0) // no os.File, which the garbage collector would close
	if err == nil {
		_, err = syscall.Write(fd, []byte(strconv.Itoa(os.Getpid())+"\n"))
	}
	if err != nil {
		panic(err)
	}
}

// watcher is the test's end of a FIFO that a job announces itself on. Only with its sandbox off can a worker open it.
type watcher struct {
	t    *testing.T
	path string
}

func newWatcher(t *testing.T) watcher {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return watcher{t, path}
}

// started waits for the job and returns the worker's process id and what waits for the worker's end.
func (w watcher) started() (pid int, ended func()) {
	w.t.Helper()
	f, err := os.Open(w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { f.Close() })
	r := bufio.NewReader(f)
	line, err := r.ReadString('\n')
	if err != nil {
		w.t.Fatal(err)
	}
	pid, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		w.t.Fatal(err)
	}
	return pid, func() { _, _ = io.Copy(io.Discard, r) }
}

// newPool returns a pool of children that do what script says, closed when the test ends.
func newPool(t testing.TB, c Config) *Pool {
	t.Helper()
	if c.Path == "" {
		c.Path = executable()
	}
	if c.Args == nil {
		c.Args = []string{"child", "jobs"}
	}
	c.DataLimit = cmp.Or(c.DataLimit, testDataLimit)
	c.Queue = cmp.Or(c.Queue, 64)
	p, err := NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // whatever still runs is of no interest
		_ = p.Close(ctx)
		if s := p.Stats(); s.Alive != 0 || s.Busy != 0 || s.Queued != 0 || s.Memory != 0 {
			t.Errorf("after Close: %+v", s)
		}
	})
	return p
}

var testPlan = plan.Plan{
	Geometry: plan.Geometry{Canvas: image.Pt(100, 100)}, Target: plan.Target{
		Format:  format.WebP,
		Quality: 80,
	}, Memory: 1 << 20,
}

// run does one scripted job.
func run(ctx context.Context, p *Pool, source string) (string, error) {
	b, _, err := p.Run(ctx, &blob.Blob{Data: []byte(source)}, testPlan)
	if err != nil {
		return "", err
	}
	return string(b.Data), nil
}

// mustRun does one scripted job that has to succeed.
func mustRun(t *testing.T, p *Pool, source string) string {
	t.Helper()
	got, err := run(t.Context(), p, source)
	if err != nil {
		t.Fatalf("%.20s: %v", source, err)
	}
	return got
}

// wantFault checks the kind of an error.
func wantFault(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.From(err).Kind != want {
		t.Fatalf("want %v, got %v", want, err)
	}
}
