// Package instance runs the real program for tests, rigs and benchmarks: it starts it on an address and a cache of its
// own, signs requests for it, and reads its memory from /proc.
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

const (
	// secret is the key of every instance.
	secret = "a-key-of-instances-with-32-bytes"
	// patience bounds every wait for something that happens soon.
	patience = 4 * time.Minute
	tick     = 2 * time.Millisecond
)

// keys signs for every instance.
var keys = sign.New([]byte(secret))

// Instance is a running imagekit.
type Instance struct {
	Base   string // http://HOST:PORT; who calls Launch learns it from the log
	Cache  string // its directory, when Start chose it
	Log    string // the file its log goes to, when Start chose it
	Client *http.Client

	cmd    *exec.Cmd
	exited chan struct{}
}

// Launch starts cmd, which is or becomes "imagekit serve", and waits for nothing. It listens on a free port of loopback.
// The log goes to log, which is closed when the process has ended. env comes after the defaults: the last value of a
// variable counts, and "NAME=" unsets.
func Launch(cmd *exec.Cmd, log io.WriteCloser, env ...string) (*Instance, error) {
	i := &Instance{
		cmd: cmd, exited: make(chan struct{}),
		Client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	defaults := []string{
		"IMAGEKIT_ADDR=127.0.0.1:0", "IMAGEKIT_SECRET=" +
			secret, "IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "DISABLE_RATE_LIMIT=1",
	}
	cmd.Env, cmd.Stderr = slices.Concat(cmd.Env, defaults, env), log
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, err
	}
	go func() {
		_ = cmd.Wait() // the state says it all
		log.Close()
		close(i.exited)
	}()
	return i, nil
}

// Start runs the program at path with its cache and its log in dir and returns when it is ready.
func Start(path, dir string, env ...string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	cache, logPath, addr := filepath.Join(dir, "cache"), filepath.Join(dir, "log"), fmt.Sprintf("127.0.0.1:%d", port)
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	env = append([]string{"IMAGEKIT_ADDR=" + addr, "IMAGEKIT_CACHE_DIR=" + cache}, env...)
	i, err := Launch(exec.Command(path, "serve"), log, env...)
	if err != nil {
		return nil, err
	}
	i.Base, i.Cache, i.Log = "http://"+addr, cache, logPath
	if err := i.AwaitReady(context.Background()); err != nil {
		i.Kill()
		text, _ := os.ReadFile(i.Log) // what it said helps, where it said something
		return nil, fmt.Errorf("%s is not ready: %w\n%s", path, err, text)
	}
	return i, nil
}

// FreePort returns a TCP port of this host that nobody listens on.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// AwaitReady asks at Base until the instance takes traffic.
func (i *Instance) AwaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		a, err := i.Get(ctx, i.Base+"/ready")
		if err == nil && a.Status == http.StatusOK {
			return nil
		}
		select {
		case <-i.exited:
			return fmt.Errorf("it ended: %v", i.cmd.ProcessState)
		case <-ctx.Done():
			return errors.Join(errors.New("time is over"), err)
		case <-t.C:
		}
	}
}

// Exited is closed when the process has ended and its log is complete.
func (i *Instance) Exited() <-chan struct{} { return i.exited }

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

// Stop ends the server by SIGTERM and waits for it; it is killed when that takes too long. The error tells any exit status
// but 0.
func (i *Instance) Stop() error {
	i.Client.CloseIdleConnections()
	_ = i.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself; its state tells
	timer := time.AfterFunc(patience, func() { _ = i.cmd.Process.Kill() })
	defer timer.Stop()
	<-i.exited
	if !i.cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended with %v", i.cmd.ProcessState)
	}
	return nil
}

// Kill ends the server by SIGKILL and waits for it.
func (i *Instance) Kill() {
	_ = i.cmd.Process.Kill() // it may have ended
	<-i.exited
	i.Client.CloseIdleConnections()
}

// URL returns a signed URL.
func (i *Instance) URL(pairs ...param.Pair) (string, error) {
	path, err := Path(pairs...)
	return i.Base + path, err
}

// Path returns what every instance takes for its own signature: the path of a signed URL.
func Path(pairs ...param.Pair) (string, error) {
	q, err := param.NewQuery(pairs...)
	if err != nil {
		return "", err
	}
	canonical := q.Canonical()
	return sign.URL(canonical, keys.Sign(canonical)), nil
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
	resp, err := i.Client.Do(req)
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
