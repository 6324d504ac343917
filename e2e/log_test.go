//go:build unix

package e2e

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// entry is one line of a server's log.
type entry map[string]any

func (e entry) text(name string) string {
	s, _ := e[name].(string)
	return s
}

func (e entry) msg() string   { return e.text("msg") }
func (e entry) level() string { return e.text("level") }

// logbook collects a server's log. It is the server's standard error.
type logbook struct {
	mu       sync.Mutex
	partial  string
	lines    []string
	entries  []entry // of the lines that are JSON
	changed  chan struct{}
	ended    bool
	refusing bool     // see refuse
	expected []string // see expect
	saved    string   // see save
}

func newLogbook() *logbook { return &logbook{changed: make(chan struct{})} }

// Write takes a piece of the log.
func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refusing {
		return 0, io.ErrClosedPipe
	}
	l.partial += string(b)
	for {
		line, rest, whole := strings.Cut(l.partial, "\n")
		if !whole {
			break
		}
		l.partial = rest
		l.lines = append(l.lines, line)
		var e entry
		if json.Unmarshal([]byte(line), &e) == nil {
			l.entries = append(l.entries, e)
		}
	}
	l.wake()
	return len(b), nil
}

// refuse makes the logbook take nothing more: after the next line the server writes into a pipe that nobody reads.
func (l *logbook) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusing = true
}

// Close says that nothing more comes.
func (l *logbook) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.wake()
	return nil
}

// wake lets those who wait look again; the lock is held.
func (l *logbook) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

const (
	tailLines  = 20 // of a log, before the reason of a failure
	traceLines = 60 // of a panic or a data race
)

// tail returns the end of the log for the text of a failure, which ends with the reason, and says where all of it is.
func (l *logbook) tail(t *testing.T) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	return "the server's log, all of it in " + l.save(t) + ", ends with\n" +
		strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

// save writes the log to a file that stays, and returns its path, the same each time.
func (l *logbook) save(t *testing.T) string {
	t.Helper()
	text := l.String()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.saved == "" {
		f, err := os.CreateTemp("", "imagekit-e2e-*.log")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		l.saved = f.Name()
	}
	if err := os.WriteFile(l.saved, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return l.saved
}

// String returns the whole log.
func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n") + "\n" + l.partial
}

// all returns the entries that match.
func (l *logbook) all(match func(entry) bool) []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []entry
	for _, e := range l.entries {
		if match(e) {
			list = append(list, e)
		}
	}
	return list
}

// find returns the first entry with this message, nil when there is none.
func (l *logbook) find(msg string) entry {
	if list := l.all(func(e entry) bool { return e.msg() == msg }); len(list) > 0 {
		return list[0]
	}
	return nil
}

// wait returns the first entry that matches, as soon as there is one.
func (l *logbook) wait(t *testing.T, what string, match func(entry) bool) entry {
	t.Helper()
	return l.waitFor(t, 1, what, match)
}

// waitFor returns the nth entry that matches, as soon as there is one. match must not use the logbook.
func (l *logbook) waitFor(t *testing.T, n int, what string, match func(entry) bool) entry {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		l.mu.Lock()
		changed, ended := l.changed, l.ended
		l.mu.Unlock()
		if list := l.all(match); len(list) >= n {
			return list[n-1]
		}
		if ended {
			t.Fatalf("%s\nthe server ended before %s", l.tail(t), what)
		}
		select {
		case <-changed:
		case <-timer.C:
			t.Fatalf("%s\nwaited %v in vain until %s", l.tail(t), patience, what)
		}
	}
}

// request waits for the access log's line of an answer.
func (l *logbook) request(t *testing.T, a answer) entry {
	t.Helper()
	id := a.header.Get("X-Request-Id")
	return l.wait(t, "the request "+id+" is logged",
		func(e entry) bool { return e.msg() == "request" && e.text("id") == id })
}

// expect allows log lines of level ERROR, and the death of workers, whose line contains text.
func (l *logbook) expect(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected = append(l.expected, text)
}

// check fails the test when the log tells of trouble that nobody expected, or tells a secret.
func (l *logbook) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, line := range append(l.lines, l.partial) {
		var e entry
		switch {
		case line == "" || strings.HasPrefix(line, "imagekit: warning: "):
		case strings.Contains(line, testSecret), strings.Contains(line, testToken), strings.Contains(line, "sig="):
			t.Errorf("the log tells a secret: %s", line)
		case strings.Contains(line, "panic"), strings.Contains(line, "DATA RACE"):
			t.Errorf("%s\na panic or data race", strings.Join(l.lines[i:min(i+traceLines, len(l.lines))], "\n"))
			return
		case json.Unmarshal([]byte(line), &e) != nil:
			t.Errorf("a line of the log is no JSON: %s", line)
		case e.level() == "ERROR", e.level() == "WARN" && e.msg() == "a worker died":
			if !l.isExpected(line) {
				t.Errorf("unexpected in the log: %s", line)
			}
		}
	}
}

func (l *logbook) isExpected(line string) bool {
	for _, text := range l.expected {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}
