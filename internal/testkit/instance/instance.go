// Package instance runs the real program for what stands outside the tests: benchmarks and rigs. It starts bin/imagekit
// on a port and a cache of its own, signs requests for it, and reads its memory from /proc.
package instance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/sign"
)

// secret is the key of every instance.
const secret = "a-key-of-instances-with-32-bytes"

// Instance is a running imagekit.
type Instance struct {
	Base  string // http://127.0.0.1:PORT
	Cache string // its directory
	Log   string // the file its log goes to

	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has ended
	keys   *sign.Keyring
	client *http.Client
}

// readyTimeout bounds the wait for an instance that starts.
const readyTimeout = 10 * time.Second

// Start runs the program at path with its files in dir and returns when it is ready. env comes after the defaults: the
// last value of a variable counts.
func Start(path, dir string, env ...string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	i := &Instance{
		Base: "http://" + addr, Cache: filepath.Join(dir, "cache"), Log: filepath.Join(dir, "log"),
		exited: make(chan struct{}), keys: sign.New([]byte(secret)),
		client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256}},
	}
	log, err := os.OpenFile(i.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own copy
	i.cmd = exec.Command(path, "serve")
	i.cmd.Env = append([]string{
		"IMAGEKIT_ADDR=" + addr, "IMAGEKIT_SECRET=" + secret, "IMAGEKIT_CACHE_DIR=" + i.Cache, "IMAGEKIT_LOG_FORMAT=json",
		"IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "DISABLE_RATE_LIMIT=1",
	}, env...)
	i.cmd.Stderr = log
	if err := i.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = i.cmd.Wait() // the state says it all
		close(i.exited)
	}()
	if err := i.awaitReady(); err != nil {
		i.Kill()
		text, _ := os.ReadFile(i.Log) // what it said helps, where it said something
		return nil, fmt.Errorf("%s is not ready: %w\n%s", path, err, text)
	}
	return i, nil
}

// freePort returns a TCP port of this host that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// awaitReady asks until the instance takes traffic.
func (i *Instance) awaitReady() error {
	deadline := time.After(readyTimeout)
	for {
		a, err := i.Get(context.Background(), i.Base+"/ready")
		if err == nil && a.Status == http.StatusOK {
			return nil
		}
		select {
		case <-i.exited:
			return fmt.Errorf("it ended: %v", i.cmd.ProcessState)
		case <-deadline:
			return errors.Join(errors.New("time is over"), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// PID returns the id of the server's process.
func (i *Instance) PID() int { return i.cmd.Process.Pid }

// Alive reports whether the server's process runs.
func (i *Instance) Alive() bool {
	select {
	case <-i.exited:
		return false
	default:
		return true
	}
}

// Stop ends the server by SIGTERM and waits for it. The error tells any exit status but 0.
func (i *Instance) Stop() error {
	_ = i.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself; its state tells
	<-i.exited
	i.client.CloseIdleConnections()
	if !i.cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended with %v", i.cmd.ProcessState)
	}
	return nil
}

// Kill ends the server by SIGKILL and waits for it.
func (i *Instance) Kill() {
	_ = i.cmd.Process.Kill()
	<-i.exited
	i.client.CloseIdleConnections()
}

// URL returns a signed URL.
func (i *Instance) URL(pairs ...param.Pair) (string, error) {
	q, err := param.NewQuery(pairs...)
	if err != nil {
		return "", err
	}
	canonical := q.Canonical()
	return i.Base + sign.URL(canonical, i.keys.Sign(canonical)), nil
}

// Answer is what came back for a request, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration // from the request to the last byte
}

// Get asks for a URL. The error is one of the connection; every status is an answer.
func (i *Instance) Get(ctx context.Context, url string) (Answer, error) {
	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Answer{}, err
	}
	resp, err := i.client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, body, time.Since(start)}, err
}

// Signed is URL and Get in one.
func (i *Instance) Signed(ctx context.Context, pairs ...param.Pair) (Answer, error) {
	url, err := i.URL(pairs...)
	if err != nil {
		return Answer{}, err
	}
	return i.Get(ctx, url)
}

// CountLog counts the lines of the log that hold every one of these texts.
func (i *Instance) CountLog(texts ...string) (n int, err error) {
	log, err := os.ReadFile(i.Log)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(log)) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			n++
		}
	}
	return n, nil
}
