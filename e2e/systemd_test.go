//go:build unix

package e2e

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// systemd hears when the service is ready, that it lives, when it reloads, and when it ends.
func TestNotify(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	heard.SetReadDeadline(time.Now().Add(patience))
	next := func(skip string) string {
		message := make([]byte, 1000)
		for {
			n, err := heard.Read(message)
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.TrimSpace(string(message[:n])); text != skip {
				return text
			}
		}
	}
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, testSecret)
	s := start(t, "NOTIFY_SOCKET="+path, "WATCHDOG_USEC=3000000", "IMAGEKIT_SECRET=", "IMAGEKIT_SECRET_FILE="+secret)
	for _, want := range []string{"READY=1", "WATCHDOG=1"} {
		if got := next(""); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	s.reload(t, "secrets reloaded", 1)
	state, stamp, _ := strings.Cut(next("WATCHDOG=1"), "\nMONOTONIC_USEC=")
	if n, err := strconv.Atoi(stamp); state != "RELOADING=1" || err != nil || n <= 0 {
		t.Errorf("got %q and %q, want RELOADING=1 and a time", state, stamp)
	}
	if got := next("WATCHDOG=1"); got != "READY=1" {
		t.Errorf("after the reload: %q", got)
	}
	s.terminate(t)
	if got := next("WATCHDOG=1"); got != "STOPPING=1" {
		t.Errorf("at the end: %q", got)
	}
}

// activated returns a command that becomes imagekit with these sockets passed in as systemd does (sd_listen_fds(3)). The
// shell knows the process's id beforehand.
func activated(t *testing.T, names string, sockets ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" serve`, binary)
	cmd.ExtraFiles = sockets
	cmd.Env = []string{"LISTEN_FDS=" + strconv.Itoa(len(sockets)), "LISTEN_FDNAMES=" + names}
	return cmd
}

// socket returns a listening socket to pass in, and its address.
func socket(t *testing.T) (*os.File, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, l.Addr().String()
}

// The sockets outlive the service: what is asked between two of its lives is answered by the second.
func TestSocketActivation(t *testing.T) {
	t.Parallel()
	main, addr := socket(t)
	admin, adminAddr := socket(t)
	first := startAs(t, activated(t, "web:admin", main, admin))
	if got := first.log.find("listening").text("addr"); got != addr {
		t.Errorf("listens at %s, want %s", got, addr)
	}
	if text := fetchText(t, "http://"+adminAddr+"/metrics"); !strings.Contains(text, "imagekit_workers ") {
		t.Error("no metrics at the socket named admin")
	}
	first.stop(t)

	c, err := net.Dial("tcp", addr) // nobody runs; the kernel keeps it
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET /health HTTP/1.0\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	startAs(t, activated(t, "web:admin", main, admin))
	c.SetReadDeadline(time.Now().Add(patience))
	if line, err := bufio.NewReader(c).ReadString('\n'); !strings.Contains(line, "200 OK") {
		t.Errorf("got %q, %v", line, err)
	}
}

// Nobody knows who can reach a socket that was passed in or one of the file system: the built-in secret is for neither.
func TestSocketsNeedASecret(t *testing.T) {
	t.Parallel()
	refusesToStart(t, []string{"IMAGEKIT_SECRET=", "IMAGEKIT_ADDR=unix:" + filepath.Join(t.TempDir(), "s")}, nil,
		[]string{"IMAGEKIT_SECRET is not set"})
	main, _ := socket(t)
	cmd := activated(t, "web", main)
	cmd.Env = append(cmd.Env, "IMAGEKIT_CACHE_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 2 ||
		!strings.Contains(string(out), "a socket that was passed in") {
		t.Errorf("got %v: %s", err, out)
	}
}

// A Unix socket serves like a port, is found by healthcheck, tells its clients apart by what the proxy says, and goes
// when the server does. Nobody is local there.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	o := newOrigin(t)
	s := start(t, "IMAGEKIT_ADDR=unix:"+path, "IMAGEKIT_TRUSTED_PROXIES=unix")
	s.get(t, s.signed("url", o.url+"/photo.jpg", "w", "40")).wantState(t, "MISS")
	if got := s.get(t, "/sign?url=sample:photo").status; got != http.StatusForbidden {
		t.Errorf("/sign without the token: got %d", got)
	}
	if got := s.log.request(t, s.get(t, "/health", "X-Forwarded-For",
		"198.51.100.9")).text("client"); got != "198.51.100.9" {
		t.Errorf("the client is %q", got)
	}
	if _, stderr, code := run(t, []string{"IMAGEKIT_ADDR=unix:" + path}, "healthcheck"); code != 0 {
		t.Errorf("healthcheck: %s", stderr)
	}
	s.stop(t)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if _, _, code := run(t, []string{"IMAGEKIT_ADDR=unix:" + path}, "healthcheck"); code != 1 {
		t.Errorf("healthcheck of nobody: %d", code)
	}
}
