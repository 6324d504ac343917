//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"imagekit/internal/sign"
)

const (
	secret = "0123456789abcdef0123456789abcdef-rig"
	// patience bounds every wait for something that happens soon.
	patience = 30 * time.Second
	tick     = 2 * time.Millisecond
)

// server is one running imagekit.
type server struct {
	base    string
	cache   string
	started time.Time
	ready   time.Duration // from the start to the first 200 of /ready
	keys    *sign.Keyring
	client  *http.Client
	cmd     *exec.Cmd
	exited  chan struct{}

	mu      sync.Mutex
	changed chan struct{} // closed at the next line
	log     []logLine
}

type logLine struct {
	text, Msg, Addr string
}

// start runs the program with its cache in the directory and waits until it is ready. env overrides the environment.
func (r *rig) start(ctx context.Context, cache string, env ...string) (*server, error) {
	s := &server{
		cache: cache, started: time.Now(), keys: sign.New([]byte(secret)), exited: make(chan struct{}),
		changed: make(chan struct{}), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	s.cmd = exec.Command(r.binary, "serve")
	s.cmd.Env = append([]string{
		"IMAGEKIT_ADDR=127.0.0.1:0", "IMAGEKIT_CACHE_DIR=" + cache, "IMAGEKIT_CACHE_SIZE=64MiB", "IMAGEKIT_CACHE_MIN_FREE=1",
		"IMAGEKIT_SECRET=" + secret, "IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "IMAGEKIT_WORKERS=2", "DISABLE_RATE_LIMIT=1",
		"IMAGEKIT_LOG=debug", "IMAGEKIT_LOG_FORMAT=json",
	}, env...)
	stderr, err := s.cmd.StderrPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	go s.read(stderr)
	line, err := s.await(ctx, "listening")
	if err == nil {
		s.base = "http://" + line.Addr
		err = eventually(ctx, "the server is ready", func() bool {
			a, err := s.get(ctx, "/ready")
			return err == nil && a.status == http.StatusOK
		})
	}
	if err != nil {
		s.kill()
		return nil, err
	}
	s.ready = time.Since(s.started)
	return s, nil
}

// read collects the log until the process ends.
func (s *server) read(stderr io.Reader) {
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		l := logLine{text: lines.Text()}
		_ = json.Unmarshal(lines.Bytes(), &l) // what is no JSON has no message
		s.mu.Lock()
		if l.Msg != "request" {
			s.log = append(s.log, l)
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
	}
	_ = s.cmd.Wait() // its state says it all
	close(s.exited)
}

// await waits for a line of the log.
func (s *server) await(ctx context.Context, msg string) (logLine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		s.mu.Lock()
		changed, log := s.changed, s.log
		s.mu.Unlock()
		for _, l := range log {
			if l.Msg == msg {
				return l, nil
			}
		}
		select {
		case <-changed:
		case <-s.exited:
			return logLine{}, fmt.Errorf("the server ended before it logged %q:\n%s", msg, s.logText())
		case <-ctx.Done():
			return logLine{}, fmt.Errorf("waited for the log line %q: %w\n%s", msg, ctx.Err(), s.logText())
		}
	}
}

func (s *server) logText() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, l := range s.log {
		b.WriteString(l.text + "\n")
	}
	return b.String()
}

// kill ends the server by SIGKILL.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.exited
	s.client.CloseIdleConnections()
}

// stop ends the server by SIGTERM.
func (s *server) stop() error {
	s.client.CloseIdleConnections()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	<-s.exited
	timer.Stop()
	if !s.cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended with %v:\n%s", s.cmd.ProcessState, s.logText())
	}
	return nil
}

// alive reports whether the process that was started still runs.
func (s *server) alive() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// children lists the ids of the server's workers (proc(5)).
func (s *server) children() []int {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	var list []int
	for _, path := range paths {
		line, err := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(line), ") ")
		f := strings.Fields(rest)
		if err != nil || !ok || len(f) < 2 || f[0] == "Z" || f[1] != strconv.Itoa(s.cmd.Process.Pid) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// answer is what came back for a request, read to its end.
type answer struct {
	status       int
	cached, etag string
	body         []byte
}

func (s *server) get(ctx context.Context, path string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return answer{}, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header.Get("X-Cache"), resp.Header.Get("ETag"), body}, err
}

// stats is what /stats/cache tells of trouble.
type stats struct {
	Evictions   int64 `json:"evictions"`
	Corrupt     int64 `json:"corrupt"`
	NoRoom      int64 `json:"no_room"`
	ReadErrors  int64 `json:"read_errors"`
	WriteErrors int64 `json:"write_errors"`
}

func (s *server) stats(ctx context.Context) (st stats, err error) {
	a, err := s.get(ctx, "/stats/cache")
	if err == nil {
		err = json.Unmarshal(a.body, &st)
	}
	return st, err
}

// verify runs "imagekit cache verify" and returns how many entries there are, and how many damaged.
func (r *rig) verify(ctx context.Context, cache string) (entries, damaged int, err error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, r.binary, "cache", "verify", "--json", "--cache-dir", cache)
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if _, ran := errors.AsType[*exec.ExitError](err); !ran {
			return 0, 0, err
		}
	}
	var v struct{ Entries, Damaged, Unreadable int }
	err = json.Unmarshal(out.Bytes(), &v)
	return v.Entries, v.Damaged + v.Unreadable, err
}

// eventually waits until cond holds.
func eventually(ctx context.Context, what string, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := time.NewTicker(tick)
	defer t.Stop()
	for !cond() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return fmt.Errorf("waited until %s: %w", what, ctx.Err())
		}
	}
	return nil
}
