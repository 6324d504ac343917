package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/render"
	"imagekit/internal/settings"
)

const transformUsage = `imagekit transform IN... OUT PARAMETERS

The last argument holds the parameters of /img, the one before it is the output.
IN may be files and folders; then OUT is a folder. "-" is standard input or output.
Without f the extension of OUT decides the format, else the default format.

Examples:

   imagekit transform photo.jpg small.webp 'w=400'
   imagekit transform photos/ thumbnails/ 'w=320&h=320&fit=cover&f=avif'
   imagekit transform - - 'w=400&f=jpeg' <photo.jpg >small.jpg`

func transformCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "transform", Usage: "transform local files, with the parameters of /img",
		UsageText: transformUsage,
		Flags:     settings.Flags(),
		Action:    func(ctx context.Context, c *cli.Command) error { return transform(ctx, c, sys) },
	}
}

// batch is one run of transform.
type batch struct {
	sys    system
	params param.Params
	format format.Format
	set    *settings.Settings
	render *render.Renderer
	failed atomic.Int64
	bar    *progressbar.ProgressBar // nil for a single file and where nobody watches
}

func transform(ctx context.Context, c *cli.Command, sys system) error {
	args := c.Args().Slice()
	if len(args) < 3 {
		return usagef("transform wants IN... OUT PARAMETERS, got %d arguments (see imagekit transform --help)", len(args))
	}
	n := len(args)
	s, err := loadSettings(c, sys)
	if err != nil {
		return err
	}
	b := &batch{sys: sys, set: s}
	if err := b.read(args[n-1], args[n-2], s.DefaultFormat); err != nil {
		return err
	}
	list, err := pairs(args[:n-2], args[n-2], b.format)
	if err != nil {
		return err
	}
	pool, err := newPool(s, logger(s, sys))
	if err != nil {
		return err
	}
	b.render = render.New(render.Config{Engine: pool, Limits: limits(s), Timeout: s.RequestTimeout})
	return errors.Join(b.run(ctx, list), pool.Close(context.WithoutCancel(ctx)))
}

// read parses the parameters and settles the format: f, else the extension of the output, else the default.
func (b *batch) read(text, out string, fallback format.Format) error {
	query, err := param.Split(text)
	if err == nil {
		b.params, err = query.Params()
	}
	if err != nil {
		return usagef("parameters %q: %s", text, fault.From(err).Detail)
	}
	b.format = b.params.Format
	if b.format == format.Unknown {
		b.format = fallback
		if f, err := format.Parse(strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), ".")); err == nil {
			b.format = f
		}
	}
	if b.format == format.Auto {
		return usagef("f=auto needs a browser to ask, want one of %v", format.Outputs())
	}
	return nil
}

// run does all pairs, as many at once as there are workers.
func (b *batch) run(ctx context.Context, list []pair) error {
	if len(list) > 1 && isTerminal(b.sys.err) {
		b.bar = progressbar.NewOptions(len(list), progressbar.OptionSetWriter(b.sys.err),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("images"),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	var g errgroup.Group
	g.SetLimit(2 * runtime.NumCPU()) // the next file is read while the workers are busy
	for _, p := range list {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := b.one(ctx, p); err != nil && ctx.Err() == nil {
				b.report(p, err)
			}
			if b.bar != nil {
				_ = b.bar.Add(1)
			}
			return nil
		})
	}
	_ = g.Wait()
	if b.bar != nil {
		_ = b.bar.Finish()
	}
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted")
	}
	if n := b.failed.Load(); n > 0 {
		return fmt.Errorf("%d of %d failed", n, len(list))
	}
	return nil
}

// report writes one line for a failure.
func (b *batch) report(p pair, err error) {
	b.failed.Add(1)
	text := err.Error()
	var f *fault.Error
	if errors.As(err, &f) {
		text = f.Kind.Row().Title + ": " + f.Detail
	}
	if b.bar != nil {
		_ = b.bar.Clear()
	}
	fmt.Fprintf(b.sys.err, "%s: %s\n", p.in, text)
}

// one transforms one file. The output appears whole or not at all.
func (b *batch) one(ctx context.Context, p pair) error {
	data, err := b.input(p.in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, b.set.RequestTimeout)
	defer cancel()
	result, err := b.render.Upload(ctx, data, b.params, b.format)
	if err != nil {
		return err
	}
	if p.out == "-" {
		_, err = b.sys.out.Write(result.Blob.Data)
		return err
	}
	return writeWhole(p.out, result.Blob.Data)
}

// input reads a source within the size limit.
func (b *batch) input(name string) ([]byte, error) {
	in := b.sys.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	limit := b.set.MaxInputSize
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, io.LimitReader(in, limit+1)); err != nil {
		return nil, err
	}
	if int64(buf.Len()) > limit {
		return nil, fault.New(fault.SourceTooLarge, "want at most %d bytes (IMAGEKIT_MAX_INPUT_SIZE)", limit)
	}
	return buf.Bytes(), nil
}

// writeWhole writes a file under a temporary name beside it and renames it.
func writeWhole(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
