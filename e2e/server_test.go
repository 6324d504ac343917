//go:build unix

package e2e

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"imagekit/internal/testkit/instance"
)

const (
	// patience bounds every wait for something that happens soon. It is a watchdog: waits follow events, and on a machine
	// with a load of 80 they take their time.
	patience = 5 * time.Minute
	// testSecret signs unless a test sets another one.
	testSecret = "0123456789abcdef0123456789abcdef-e2e"
	// builtinSecret is the one in force while none is set.
	builtinSecret = "local-dev-secret"
	testToken     = "a-token-that-must-not-show-up-anywhere"
)

// server is one running imagekit.
type server struct {
	base   string // http://127.0.0.1:PORT
	cache  string // its cache directory
	secret string
	log    *logbook

	*instance.Instance // none behind a proxy
	cmd                *exec.Cmd
	client             *http.Client

	workers []process // at the time of the signal that ended it
	told    bool      // the signal was sent
	ended   bool      // the end was checked
}

// start runs imagekit on a port of its own with a cache of its own, and returns when it is ready. env overrides the
// environment; "NAME=" unsets. At the end of the test the server is stopped, and what it left behind is checked.
func start(t *testing.T, env ...string) *server {
	t.Helper()
	return startAs(t, exec.Command(binary, "serve"), env...)
}

// startAs is start of a command that becomes imagekit.
func startAs(t *testing.T, cmd *exec.Cmd, env ...string) *server {
	t.Helper()
	s := launch(t, cmd, env...)
	s.log.wait(t, "the server listens", func(e entry) bool { return e.msg() == "listening" })
	s.base = "http://" + s.log.find("listening").text("addr")
	if path, unix := strings.CutPrefix(s.base, "http://unix:"); unix {
		s.base = "http://localhost"
		s.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
	}
	eventually(t, "the server is ready", func() bool { return s.get(t, "/ready").status == http.StatusOK })
	return s
}

// launch runs imagekit without waiting for anything.
func launch(t *testing.T, cmd *exec.Cmd, env ...string) *server {
	t.Helper()
	env = append([]string{
		"IMAGEKIT_CACHE_DIR=" + filepath.Join(t.TempDir(), "cache"),
		"IMAGEKIT_CACHE_SIZE=256MiB",
		"IMAGEKIT_SECRET=" + testSecret,
		"IMAGEKIT_SIGN_TOKEN=" + testToken,
		"IMAGEKIT_WORKERS=2",
		"IMAGEKIT_FETCH_TIMEOUT=10m", // whoever tests a time sets it; for all others a busy machine is no reason to fail
		"IMAGEKIT_REQUEST_TIMEOUT=10m",
	}, env...)
	s := &server{
		cmd: cmd, log: newLogbook(),
		cache: lastValue(env, "IMAGEKIT_CACHE_DIR"), secret: cmp.Or(lastValue(env, "IMAGEKIT_SECRET"), builtinSecret),
	}
	var err error
	if s.Instance, err = instance.Launch(cmd, s.log, env...); err != nil {
		t.Fatal(err)
	}
	s.client = s.Client
	t.Cleanup(func() {
		s.stop(t)
		if t.Failed() {
			t.Logf("the server's log is in %s", s.log.save(t))
		}
	})
	return s
}

// lastValue returns what a variable is set to, "" when it is not.
func lastValue(env []string, name string) (value string) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// terminate sends SIGTERM, once: a second one would end the server at once.
func (s *server) terminate(t *testing.T) {
	t.Helper()
	if s.told {
		return
	}
	s.told = true
	s.workers = children(t, s.cmd.Process.Pid)
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself; stop looks at how
}

// stop ends the server by SIGTERM and wants exit status 0, no processes, no temporary files and a clean log. A second
// call does nothing.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.ended {
		return
	}
	s.ended = true
	s.terminate(t)
	s.awaitExit(t)
	if !s.cmd.ProcessState.Success() {
		t.Errorf("%s\nthe server ended with %v, want exit status 0", s.log.tail(t), s.cmd.ProcessState)
	}
	for _, w := range s.workers {
		if w.alive() {
			t.Errorf("worker %d outlived its server", w.pid)
		}
	}
	for _, path := range s.files(t) {
		if strings.HasSuffix(path, ".tmp") || strings.HasPrefix(filepath.Base(path), ".") {
			t.Errorf("temporary file left in the cache: %s", path)
		}
	}
	s.log.check(t)
}

// kill ends the server by SIGKILL.
func (s *server) kill(t *testing.T) {
	t.Helper()
	s.told, s.ended = true, true
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.awaitExit(t)
	s.log.check(t)
}

// awaitExit waits for the end of the process, and makes an end when it takes too long.
func (s *server) awaitExit(t *testing.T) {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.Exited():
	case <-timer.C:
		_ = s.cmd.Process.Kill()
		<-s.Exited()
		t.Errorf("%s\nthe server did not end in %v", s.log.tail(t), patience)
	}
	s.client.CloseIdleConnections()
}

// files lists what lies in the cache directory.
func (s *server) files(t *testing.T) []string {
	t.Helper()
	if !s.ended {
		s.stored(t)
	}
	var list []string
	err := filepath.WalkDir(s.cache, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		if errors.Is(err, fs.ErrNotExist) { // removed by a test, or a moment ago by the server
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// addr returns the server's host:port.
func (s *server) addr() string { return strings.TrimPrefix(s.base, "http://") }

// eventually waits until cond holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain until %s", patience, what)
		}
		<-tick.C
	}
}

// refusesConnections waits until nothing listens at the server's address any more.
func (s *server) refusesConnections(t *testing.T) {
	t.Helper()
	eventually(t, "the listener is closed", func() bool {
		c, err := net.Dial("tcp", s.addr())
		if err == nil {
			c.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
}

// run runs a command of imagekit to its end and returns what it printed. env is all of its environment.
func run(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = slices.Clone(env), &out, &errs, t.TempDir()
	if cmd.Env == nil {
		cmd.Env = []string{"LC_ALL=C"} // an empty list would inherit
	}
	if err := cmd.Run(); err != nil {
		if _, ended := errors.AsType[*exec.ExitError](err); !ended {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
