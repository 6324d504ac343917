package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/named"
	"imagekit/internal/param"
	"imagekit/internal/render"
	"imagekit/internal/settings"
)

// batch is one run of transform.
type batch struct {
	sys     system
	set     *settings.Settings
	params  param.Params
	format  format.Format
	mark    named.Picture // the watermark, if there is one
	render  *render.Renderer
	console *console
	busy    chan struct{} // holds one for each picture that a worker has: none waits in the queue, where its time would run
	tally   tally
}

// single does one file into a file. It fails with what happened to it.
func (b *batch) single(ctx context.Context, p pair) error {
	size, err := b.one(ctx, p)
	switch {
	case ctx.Err() != nil:
		return interruptedError("")
	case err != nil:
		text := b.explain(err)
		b.tally.fail(p.in, text)
		return fmt.Errorf("%s: %s", p.in, text)
	}
	b.tally.add(size)
	return nil
}

// run does all pairs, as many at once as there are workers. The error counts what failed; what it was has been reported.
func (b *batch) run(ctx context.Context, list []pair) error {
	var g errgroup.Group
	g.SetLimit(2 * cap(b.busy)) // while the workers are busy, their next files are read
	for _, p := range list {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			size, err := b.one(ctx, p)
			switch {
			case err == nil:
				b.tally.add(size)
			case ctx.Err() != nil:
				return nil // neither done nor failed
			default:
				text := b.explain(err)
				b.tally.fail(p.in, text)
				fmt.Fprintf(b.console, "%s: %s\n", p.in, text)
			}
			b.console.step()
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	b.console.end()
	if ctx.Err() != nil {
		return interruptedError(b.tally.progress() + "; run the same command again to finish")
	}
	if n := b.tally.Failed; n > 0 {
		return fmt.Errorf("%d of %d failed", n, b.tally.Files)
	}
	return nil
}

// explain says what went wrong with a file, on one line and without its name.
func (b *batch) explain(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		text := f.Kind.Row().Title + ": " + f.Detail
		if f.Kind == fault.Timeout {
			text += fmt.Sprintf(" (%v, IMAGEKIT_REQUEST_TIMEOUT)", b.set.RequestTimeout)
		}
		return text
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// one transforms one file. The output appears whole or not at all.
func (b *batch) one(ctx context.Context, p pair) (sizes, error) {
	data, err := b.input(ctx, p.in)
	if err != nil {
		return sizes{}, err
	}
	result, err := b.transform(ctx, data)
	if err != nil {
		return sizes{}, err
	}
	size := sizes{in: int64(len(data)), out: int64(len(result))}
	if p.out == "-" {
		_, err = b.sys.out.Write(result)
		return size, err
	}
	if err := writeWhole(p.out, result); err != nil {
		return size, fmt.Errorf("write %s: %w", p.out, err)
	}
	return size, nil
}

// transform waits for a worker to be free, and then for the result.
func (b *batch) transform(ctx context.Context, data []byte) ([]byte, error) {
	select {
	case b.busy <- struct{}{}:
		defer func() { <-b.busy }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	result, err := b.render.Upload(ctx, data, b.params, b.format)
	if err != nil {
		return nil, err
	}
	return result.Blob.Data, nil
}

// input reads a source within the size limit. It returns when ctx ends, also while a pipe keeps silent.
func (b *batch) input(ctx context.Context, name string) ([]byte, error) {
	var data []byte
	var err error
	read := make(chan struct{})
	go func() {
		defer close(read)
		data, err = b.readFile(name)
	}()
	select {
	case <-read:
		return data, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *batch) readFile(name string) ([]byte, error) {
	in := b.sys.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.Plain(err)
		}
		defer f.Close()
		in = f
	}
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, io.LimitReader(in, b.set.MaxInputSize+1)); err != nil {
		return nil, fault.Plain(err)
	}
	if int64(buf.Len()) > b.set.MaxInputSize {
		return nil, fault.New(fault.SourceTooLarge, "want at most %d bytes (IMAGEKIT_MAX_INPUT_SIZE)", b.set.MaxInputSize)
	}
	return buf.Bytes(), nil
}
