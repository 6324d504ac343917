//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// signs runs "imagekit sign -" on an input.
func signs(ctx context.Context, in io.Reader, out io.Writer) result {
	var err bytes.Buffer
	code := run(ctx, []string{"imagekit", "sign", "-"},
		system{in: in, out: out, err: &err, env: func(string) string { return "" }})
	return result{code: code, err: err.String()}
}

// TestSignManyLines: each line has its URL, in order, however the input comes in pieces.
func TestSignManyLines(t *testing.T) {
	var in, out bytes.Buffer
	const lines = 2000
	for i := range lines {
		fmt.Fprintf(&in, "url=sample:photo&w=%d\r\n", i+1)
	}
	r := signs(t.Context(), iotest.HalfReader(&in), &out)
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if r.code != exitOK || len(got) != lines {
		t.Fatalf("%d URLs, %+v", len(got), r)
	}
	for i, url := range got {
		if !strings.HasPrefix(url, fmt.Sprintf("/img?url=sample:photo&w=%d&sig=", i+1)) {
			t.Fatalf("line %d is %s", i+1, url)
		}
	}
}

// TestSignAnswersAtOnce: a program that asks one by one gets each URL before it asks for the next, and Ctrl-C ends the
// wait for one that does not come.
func TestSignAnswersAtOnce(t *testing.T) {
	in, ask := io.Pipe()
	answer, out := io.Pipe()
	defer ask.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() { done <- signs(ctx, in, out) }()
	answers := bufio.NewScanner(answer)
	for i := range 3 {
		fmt.Fprintf(ask, "url=sample:photo&w=%d\n", i+1)
		if !answers.Scan() || !strings.Contains(answers.Text(), fmt.Sprintf("w=%d&sig=", i+1)) {
			t.Fatalf("got %s", answers.Text())
		}
	}
	interrupt()
	if r := <-done; r.code != exitInterrupted || !strings.HasSuffix(r.err, "imagekit: interrupted, 3 lines signed\n") {
		t.Errorf("got %+v", r)
	}
}

func TestSignBadInput(t *testing.T) {
	good := "url=sample:photo\n"
	long := "url=https://example.com/" + strings.Repeat("x", 100<<10)
	tests := []struct {
		name string
		in   io.Reader
		urls int
		err  string
	}{
		{"long line", strings.NewReader(good + long + "\n" + good), 2, "line 2: more than 14000 bytes"},
		{"long last line", strings.NewReader(good + long), 1, "line 2: more than 14000 bytes"},
		{
			"a read that fails", io.MultiReader(strings.NewReader(good), iotest.ErrReader(os.ErrDeadlineExceeded)), 1,
			"standard input: i/o timeout",
		},
		{"a read that fails in a long line", io.MultiReader(strings.NewReader(good+long),
			iotest.ErrReader(errors.New("torn"))), 1, "standard input: torn"},
		{"control character", strings.NewReader("url=sample:photo&v=\x01\n"), 0, "line 1: v contains a control character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			r := signs(t.Context(), tt.in, &out)
			if r.code != exitFailed || strings.Count(out.String(), "&sig=") != tt.urls || !strings.Contains(r.err, tt.err) {
				t.Errorf("%+v, standard output %s", r, &out)
			}
		})
	}
}

func TestSignOutputThatFails(t *testing.T) {
	if r := signs(t.Context(), strings.NewReader("url=sample:photo\n"), brokenPipe{}); r.code != exitFailed ||
		!strings.Contains(r.err, "broken pipe") {
		t.Errorf("got %+v", r)
	}
}
