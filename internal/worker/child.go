package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"imagekit/internal/blob"
	"imagekit/internal/stage"
)

// maxKept bounds the source buffer a child keeps between jobs, in bytes.
const maxKept = 8 << 20

// Serve is the whole life of a worker process: it confines itself, says hello and runs jobs, one at a time, until
// the parent closes the wire (then it returns nil) or dies (then the process exits, whatever it is doing). args are
// the ones the pool appended to Config.Args: the mode of the sandbox and the data limit in bytes. versions names the
// codec libraries in use.
func Serve(args []string, versions map[string]string, run Runner) error {
	if len(args) != 2 {
		return fmt.Errorf("worker: want a mode of the sandbox and the data limit, got %q; the service starts its workers "+
			"itself", args)
	}
	dataLimit, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil || dataLimit <= 0 {
		return fmt.Errorf("worker: want the data limit in bytes, got %q", args[1])
	}
	// The wire is closed by the end of the process, never before: the parent takes its end for that of the process.
	wire := inherited()
	sandbox, err := confine(dataLimit, Mode(args[0]))
	if err != nil {
		return fmt.Errorf("worker: confine: %w", err)
	}
	return serve(wire, hello{Versions: versions, Sandbox: sandbox}, run)
}

// follow ends the process when the parent has ended, also while another thread runs C code.
func follow(lifeline io.Reader) {
	if _, err := io.Copy(io.Discard, lifeline); err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "worker: no lifeline; the service starts its workers itself")
	os.Exit(1)
}

// serve speaks the child's side of the wire. A panic of run ends the process on purpose: the parent answers the
// request and logs the trace, and nothing goes on with a state nobody knows.
func serve(wire io.ReadWriter, h hello, run Runner) error {
	if err := greet(wire, h); err != nil {
		return fmt.Errorf("worker: say hello: %w", err)
	}
	r := bufio.NewReader(wire)
	var buf []byte
	for {
		header, body, err := receive(r, kindJob, maxSource, buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("worker: receive job: %w", err)
		}
		if err := answer(wire, header, body, run); err != nil {
			return fmt.Errorf("worker: %w", err)
		}
		if buf = body; cap(buf) > maxKept {
			buf = nil
		}
	}
}

// greet says hello.
func greet(w io.Writer, h hello) error {
	header, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return send(w, kindHello, header)
}

// answer runs one job and sends its reply.
func answer(w io.Writer, header, body []byte, run Runner) error {
	p, picture, overlays, err := decodeJob(header, body)
	if err != nil {
		return err
	}
	if err := send(w, kindAccepted, nil); err != nil {
		return fmt.Errorf("accept job: %w", err)
	}
	var more []*blob.Blob
	for i, data := range overlays {
		more = append(more, &blob.Blob{Data: data, Format: p.Overlays[i].Source.Format})
	}
	at := start(p)
	out, times, failed := run(&blob.Blob{Data: picture, Format: p.Source.Format}, p, func(part int, s stage.Stage) {
		if next := (place{part, s}); at.before(next) { // the engine goes back and forth between its last stages
			at = next
			_ = sendProgress(w, next) // a parent that does not listen will not take the reply either
		}
	}, more...)
	reply, err := encodeReply(times, failed)
	if err != nil {
		return fmt.Errorf("encode reply: %w", err)
	}
	var result []byte
	if failed == nil {
		result = out.Data
	}
	if err := send(w, kindReply, reply, result); err != nil {
		return fmt.Errorf("send reply: %w", err)
	}
	return nil
}
