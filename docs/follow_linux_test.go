package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// blockTime bounds a block that ends, and the start and the end of one that serves. The first block builds the
	// program, which takes minutes where nothing of it is in Go's cache.
	blockTime = 15 * time.Minute
	// answerTime bounds an answer to the test itself.
	answerTime = 5 * time.Minute
	tick       = 10 * time.Millisecond
)

// follow runs the blocks in dir and says how many were run. At the end it compares the expressions of the guide with
// the metrics of the servers that ran.
func follow(dir string, blocks []block) error {
	f := &follower{dir: dir, metrics: exposed{}, out: new(output)}
	ran := 0
	reasons := map[string]int{}
	for _, b := range blocks {
		var err error
		switch b.info {
		case infoRun:
			ran++
			err = f.run(b)
		case infoServer:
			ran++
			err = errors.Join(f.stop(), f.serve(b))
		case infoNot:
			reasons[b.reason]++
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%s, line %d: %w\n%s", guidePath, b.line, err, b.text), f.stop())
		}
	}
	err := f.stop()
	not := 0
	for _, n := range reasons {
		not += n
	}
	fmt.Printf("%d shell blocks run, %d not run\n", ran, not)
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Printf("  %d × %s\n", reasons[reason], reason)
	}
	expressions := 0
	for _, b := range blocks {
		if b.info != infoExpression {
			continue
		}
		expressions++
		if wrong := f.metrics.check(b.text); wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s, line %d: %w", guidePath, b.line, wrong))
		}
	}
	fmt.Printf("%d blocks of expressions compared with %d metrics\n", expressions, len(f.metrics))
	return err
}

// follower is whoever follows the guide, with one server at most.
type follower struct {
	dir     string
	server  *exec.Cmd
	out     *output
	ended   chan error
	addr    string
	metrics exposed // of all servers
}

// command returns a block as a command in the repository.
func (f *follower) command(ctx context.Context, b block, out io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-eu", "-c", b.text)
	cmd.Dir = filepath.Join(f.dir, "imagekit")
	for _, name := range []string{"GOPROXY", "GOTOOLCHAIN", "GOCACHE", "GOMODCACHE", "GOPATH"} {
		cmd.Env = append(cmd.Env, name+"="+os.Getenv(name))
	}
	cmd.Env = append(cmd.Env, "HOME="+filepath.Join(f.dir, "home"), "LC_ALL=C.UTF-8",
		"PATH=/usr/local/bin:"+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with what it started
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs a block that ends.
func (f *follower) run(b block) error {
	ctx, cancel := context.WithTimeout(context.Background(), blockTime)
	defer cancel()
	out := new(output)
	cmd := f.command(ctx, b, out)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("it did not end within %v; it printed\n%s\nthe server printed\n%s", blockTime, out, f.out)
	case err != nil:
		return fmt.Errorf("%w; it printed\n%s", err, out)
	case !b.matches(out.String()):
		return fmt.Errorf("it printed\n%s\nthe guide says\n%s", out, b.want)
	}
	return nil
}

// What the log says of the addresses: the one for all, and the operator's where there is one.
var (
	listening = regexp.MustCompile(`"msg":"listening","addr":"([^"]+)"`)
	operators = regexp.MustCompile(`"msg":"metrics","addr":"([^"]+)"`)
)

// serve starts a block that stays, and returns when its server is ready.
func (f *follower) serve(b block) error {
	f.out, f.ended = new(output), make(chan error, 1)
	f.server = f.command(context.Background(), b, f.out)
	if err := f.server.Start(); err != nil {
		return err
	}
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(f.server, f.ended)
	for deadline := time.Now().Add(blockTime); time.Now().Before(deadline); time.Sleep(tick) {
		select {
		case err := <-f.ended:
			f.server = nil
			return fmt.Errorf("the server ended: %w\n%s", err, f.out)
		default:
		}
		if m := listening.FindStringSubmatch(f.out.String()); m != nil {
			f.addr = m[1]
			if _, err := f.get("/ready"); err == nil {
				return nil
			}
		}
	}
	return fmt.Errorf("the server was not ready within %v\n%s", blockTime, f.out)
}

// stop presses Ctrl-C, if there is a server, and wants an end in order.
func (f *follower) stop() error {
	if f.server == nil {
		return nil
	}
	if m := operators.FindStringSubmatch(f.out.String()); m != nil {
		f.addr = m[1] // the other one may want the token
	}
	metrics, err := f.get("/metrics")
	f.metrics.add(metrics)
	_ = syscall.Kill(-f.server.Process.Pid, syscall.SIGINT) // it may have ended; its words tell
	f.server = nil
	select {
	case <-f.ended: // make says "Interrupt", the server 0
	case <-time.After(blockTime):
		return fmt.Errorf("Ctrl-C did not end the server within %v\n%s", blockTime, f.out)
	}
	if text := f.out.String(); !strings.Contains(text, `"msg":"stopped"`) {
		err = errors.Join(err, fmt.Errorf("the server did not end in order\n%s", text))
	}
	return err
}

// get asks the server as a caller on its machine.
func (f *follower) get(path string) (string, error) {
	_, port, _ := strings.Cut(f.addr[strings.LastIndex(f.addr, "]")+1:], ":")
	client := http.Client{Timeout: answerTime}
	resp, err := client.Get("http://127.0.0.1:" + port + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %s", path, resp.Status, body)
	}
	return string(body), err
}

// output keeps what a block prints; it is read while the block writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// String returns what was printed so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
