package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/render"
	"imagekit/internal/settings"
)

func transformCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "transform", Usage: "transform local files, with the parameters of /img",
		UsageText: "imagekit transform [options] IN... OUT PARAMETERS",
		Description: `The last argument holds the parameters of /img without url, t, v and sig ('' for none), the one
before it is the output.

One file IN makes the file OUT. With several, or with a folder, OUT is a folder; so it is when it
is one already or ends in "/". It is made when it is missing. Folders are searched through for
jpg, jpeg, png, webp, avif and gif files that are not hidden. Results keep their names and get the
extension of their format. "-" is standard input or output.

The format is f, else the extension of OUT when that is a file, else the default format. Nothing is
done when two files would become the same (a.jpg and a.png), or when a result would overwrite an
input.

In a folder OUT, results of an earlier run are kept when that run had the same parameters and they
are newer than their sources, so an interrupted run goes on where it was. The parameters are kept
in OUT/.imagekit-FORMAT.txt. A single file OUT is always made anew.

Each failure is a line on standard error; the exit status is 1 if there was any. Ctrl-C stops with
exit status 130 and leaves no half file; a second one ends the program at once.

With --json, standard output gets one object:

  files        all files of the run: done, skipped, failed and, when interrupted, those that are left
  done         results that were made
  skipped      results of an earlier run that were kept
  failed       files without a result
  interrupted  true after Ctrl-C
  bytes_in     bytes of the sources of what was done
  bytes_out    bytes of the results of what was done
  seconds      how long it took
  failures     a list of {"file": ..., "error": ...}

Examples:

  imagekit transform photo.jpg small.webp 'w=400'
  imagekit transform photos/ thumbnails/ 'w=320&h=320&fit=cover&f=avif'
  imagekit transform --json photos/ thumbnails/ w=320 | jq '.failures[].file'
  imagekit transform - - 'w=400&f=jpeg' <photo.jpg >small.jpg`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "force", Usage: "Make every result anew, also those of an earlier run with the same parameters.", Local: true},
			&cli.BoolFlag{Name: "json", Usage: "Print a summary as one JSON object on standard output.", Local: true},
		}, settings.Flags("max-input-size", "allowed-formats", "default-format", "max-pixels", "max-output-pixels",
			"workers", "sandbox", "memory", "request-timeout", "log", "log-format")...),
		Action: func(ctx context.Context, c *cli.Command) error { return transform(ctx, c, sys) },
	}
}

func transform(ctx context.Context, c *cli.Command, sys system) error {
	args := c.Args().Slice()
	if len(args) < 3 {
		return usagef("transform wants IN... OUT PARAMETERS, got %d arguments (see imagekit transform --help)", len(args))
	}
	in, out, text := args[:len(args)-2], args[len(args)-2], args[len(args)-1]
	s, _, err := loadSettings(c, sys)
	if err != nil {
		return err
	}
	folder, err := isFolder(in, out)
	if err != nil {
		return err
	}
	named := out
	if folder {
		named = "" // its name says nothing about the format
	}
	params, f, err := readParams(text, named, s)
	if err != nil {
		return err
	}
	asJSON := c.Bool("json")
	switch {
	case out == "-" && asJSON:
		return usagef(`--json and the output "-" are both for standard output, want one of them`)
	case out == "-" && isTerminal(sys.out):
		return usagef("a picture is nothing for a terminal, want standard output to be a file or a pipe")
	}
	list := []pair{{in[0], out}}
	if folder {
		if list, err = pairs(in, out, f.Ext()); err != nil {
			return err
		}
	}
	if err := checkOverwrites(list); err != nil {
		return err
	}
	b := &batch{sys: sys, set: s, params: params, format: f}
	b.tally.Files, b.tally.Failures = len(list), []failure{}
	start := time.Now()
	if folder {
		list, err = unfinished(list, out, f.Ext(), b.recipe(), c.Bool("force"))
		b.tally.Skipped = b.tally.Files - len(list)
	}
	if err == nil {
		err = b.runPool(ctx, list, folder)
	}
	b.tally.Seconds = time.Since(start).Seconds()
	return errors.Join(err, b.report(ctx, folder, asJSON))
}

// recipe says in words what the results of a batch depend on besides their sources.
func (b *batch) recipe() string {
	p := b.params
	p.Format = b.format
	return fmt.Sprintf("%s\nengine %d, at most %d pixels\n", p.Normal(), plan.EngineVersion, b.set.MaxOutputPixels)
}

// runPool does the pairs in a pool of its own.
func (b *batch) runPool(ctx context.Context, list []pair, folder bool) error {
	if len(list) == 0 {
		return nil
	}
	b.console = newConsole(b.sys.err, len(list), isTerminal(b.sys.err))
	// A worker that died is told by the line of its file.
	level := slog.LevelError
	if b.set.Log == slog.LevelDebug {
		level = slog.LevelDebug
	}
	workers := min(b.set.Workers, len(list))
	b.busy = make(chan struct{}, workers)
	pool, err := newPool(workerCommand, workers, workers, b.set, logger(b.console, level, b.set.LogText))
	if err != nil {
		return err
	}
	b.render = render.New(render.Config{Engine: pool, Limits: limits(b.set), Timeout: b.set.RequestTimeout})
	if folder {
		err = b.run(ctx, list)
	} else {
		err = b.single(ctx, list[0])
	}
	return errors.Join(err, pool.Close(context.WithoutCancel(ctx)))
}

// report prints what came of a batch: as JSON, or for a folder as a line for people. An interrupt has been told already.
func (b *batch) report(ctx context.Context, folder, asJSON bool) error {
	b.tally.Interrupted = ctx.Err() != nil
	switch {
	case asJSON:
		return json.NewEncoder(b.sys.out).Encode(&b.tally)
	case folder && !b.tally.Interrupted:
		fmt.Fprintln(b.sys.err, b.tally.String())
	}
	return nil
}

// readParams parses the parameters and settles the format: f, else the extension of the output, else the default.
func readParams(text, out string, s *settings.Settings) (param.Params, format.Format, error) {
	query, err := param.Split(text)
	var p param.Params
	if err == nil {
		p, err = query.Params()
	}
	if err != nil {
		return p, 0, usagef("parameters %q: %s", text, fault.From(err).Detail)
	}
	f := p.Format
	if f == format.Unknown {
		if f, err = formatOf(out, s.DefaultFormat); err != nil {
			return p, 0, err
		}
	}
	if f == format.Auto {
		return p, 0, usagef("the format auto needs a browser to ask, want f to be one of %v", s.AllowedFormats)
	}
	if err := checkAllowed(f, s); err != nil {
		return p, 0, err
	}
	if err := plan.Check(p, f, limits(s)); err != nil {
		return p, 0, usagef("parameters %q: %s", text, fault.From(err).Detail)
	}
	return p, f, nil
}

// formatOf returns the format that the extension of a path names, or otherwise when it has none.
func formatOf(path string, otherwise format.Format) (format.Format, error) {
	ext := strings.ToLower(filepath.Ext(path))
	if ext == "" {
		return otherwise, nil
	}
	f, err := format.Parse(ext[1:])
	if err != nil {
		return 0, usagef("%s: no format to write has the extension %s, want another one or f to be one of %v", path, ext, format.Outputs())
	}
	return f, nil
}
