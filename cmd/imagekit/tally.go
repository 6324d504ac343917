package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// tally counts what came of a batch. Its fields are the object of --json, described in the help of transform.
type tally struct {
	mu sync.Mutex // held while a file is counted

	Files       int       `json:"files"`
	Done        int       `json:"done"`
	Skipped     int       `json:"skipped"`
	Failed      int       `json:"failed"`
	Interrupted bool      `json:"interrupted"`
	BytesIn     int64     `json:"bytes_in"`
	BytesOut    int64     `json:"bytes_out"`
	Seconds     float64   `json:"seconds"`
	Failures    []failure `json:"failures"`
	Ignored     []string  `json:"ignored"` // files in folders that are no images
}

// failure is a file without a result, and why.
type failure struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

// sizes are the bytes of a source and its result.
type sizes struct{ in, out int64 }

func (t *tally) add(s sizes) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Done++
	t.BytesIn += s.in
	t.BytesOut += s.out
}

func (t *tally) fail(file, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Failed++
	t.Failures = append(t.Failures, failure{file, why})
}

// progress says how far the batch came.
func (t *tally) progress() string {
	text := fmt.Sprintf("%d of %d done", t.Done, t.Files)
	if t.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", t.Skipped)
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(", %d failed", t.Failed)
	}
	return text
}

// String is the line for people.
func (t *tally) String() string {
	var b strings.Builder
	b.WriteString(t.progress())
	if t.Done > 0 {
		took := time.Duration(t.Seconds * float64(time.Second))
		fmt.Fprintf(&b, " in %v, %.1f images/s, %s in, %s out", took.Round(100*time.Millisecond), float64(t.Done)/t.Seconds,
			bytesText(t.BytesIn), bytesText(t.BytesOut))
	}
	return b.String()
}
