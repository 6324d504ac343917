package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"imagekit/internal/format"
	"imagekit/internal/testkit/instance"
)

// sharpJob is one line to bench/sharp.mjs, which says what the fields mean.
type sharpJob struct {
	ID      int            `json:"id"`
	Kind    string         `json:"kind"`
	File    string         `json:"file,omitempty"`
	Width   int            `json:"width,omitempty"`
	Height  int            `json:"height,omitempty"`
	Format  string         `json:"format,omitempty"`
	Options map[string]any `json:"options,omitempty"`
	Out     string         `json:"out,omitempty"`
	Raw     bool           `json:"raw,omitempty"`
	Flat    bool           `json:"flat,omitempty"`
}

// sharpReply is one line back.
type sharpReply struct {
	ID    int     `json:"id"`
	MS    float64 `json:"ms"`
	Bytes int     `json:"bytes"`
	Error string  `json:"error"`
}

// sharpText names the settings below in the report.
const sharpText = "sharp 0.35.5: JPEG quality 80 (its default encoder, not mozjpeg), WebP quality 80 effort 4, AVIF " +
	"quality 63 effort 1; no cache, one thread per picture"

// sharpOptions are the peer's settings for what q=80 is here.
func sharpOptions(f format.Format) map[string]any {
	switch f {
	case format.WebP:
		return map[string]any{"quality": 80, "effort": 4}
	case format.AVIF:
		return map[string]any{"quality": 63, "effort": 1}
	}
	return map[string]any{"quality": 80}
}

// sharp is a running sharp.mjs that does jobs. Its methods may be called from any goroutine.
type sharp struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	mu      sync.Mutex
	next    int
	waiting map[int]chan sharpReply
}

var errSharpEnded = errors.New("sharp ended early")

// startSharp starts a peer that works on this many pictures at once.
func startSharp(parallel int) (*sharp, error) {
	s := &sharp{cmd: sharpCommand(parallel), waiting: map[int]chan sharpReply{}}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go s.receive(out)
	return s, nil
}

func sharpCommand(parallel int, args ...string) *exec.Cmd {
	cmd := exec.Command("node", append([]string{"bench/sharp.mjs"}, args...)...)
	cmd.Env = append(os.Environ(), "UV_THREADPOOL_SIZE="+strconv.Itoa(parallel))
	cmd.Stderr = os.Stderr
	return cmd
}

// receive hands each reply to who waits for it, until the peer ends.
func (s *sharp) receive(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var reply sharpReply
		if err := json.Unmarshal(lines.Bytes(), &reply); err != nil {
			reply.Error = err.Error()
		}
		s.mu.Lock()
		if c, ok := s.waiting[reply.ID]; ok {
			c <- reply
			delete(s.waiting, reply.ID)
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.waiting {
		close(c)
	}
	s.waiting = nil
}

// do runs one job.
func (s *sharp) do(job sharpJob) (sharpReply, error) {
	c := make(chan sharpReply, 1)
	s.mu.Lock()
	if s.waiting == nil {
		s.mu.Unlock()
		return sharpReply{}, errSharpEnded
	}
	s.next++
	job.ID = s.next
	s.waiting[job.ID] = c
	line, err := json.Marshal(job)
	if err == nil {
		_, err = s.in.Write(append(line, '\n'))
	}
	s.mu.Unlock()
	if err != nil {
		return sharpReply{}, err
	}
	reply, ok := <-c
	switch {
	case !ok:
		return sharpReply{}, errSharpEnded
	case reply.Error != "":
		return sharpReply{}, fmt.Errorf("sharp: %s of %s: %s", job.Kind, job.File, reply.Error)
	}
	return reply, nil
}

// stop ends the peer and waits for it.
func (s *sharp) stop() {
	_ = s.in.Close()
	_ = s.cmd.Wait()
}

// serveSharp starts a peer that answers over HTTP.
func serveSharp(parallel int) (base string, stop func(), err error) {
	port, err := instance.FreePort()
	if err != nil {
		return "", nil, err
	}
	return run(sharpCommand(parallel, strconv.Itoa(port)), port, "/")
}

// sharpURL asks a serving peer for a job on the picture at source.
func sharpURL(base, source string, job sharpJob) (string, error) {
	text, err := json.Marshal(job)
	if err != nil {
		return "", err
	}
	return base + "?" + url.Values{"url": {source}, "job": {string(text)}}.Encode(), nil
}
