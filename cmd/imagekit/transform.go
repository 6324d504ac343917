package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/named"
	"imagekit/internal/opt"
	"imagekit/internal/plan"
	"imagekit/internal/render"
	"imagekit/internal/serverlog"
	"imagekit/internal/settings"
)

func transformCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "transform", Usage: "transform local files, with the parameters of /img",
		UsageText: "imagekit transform [options] IN... OUT PARAMETERS",
		Description: `PARAMETERS are those of /img in one argument, without url, t, v and sig ('' for none). To list them:
imagekit transform --help parameters.

One file IN is written to the file OUT. Several files or a folder are written to the folder OUT. A
name that ends in "/" is a folder. Folders are searched for files named like pictures (.jpg, .tiff
...); other files in them are reported, hidden ones are skipped. "-" is standard input or output.

The format is f, or the extension of OUT if OUT is a file, or the default format.

Results in a folder OUT that are newer than their sources are kept if they were made with the same
parameters, so you can interrupt a run and start it again. OUT/.imagekit-FORMAT.txt holds these
parameters. Each failure is one line on standard error. Exit status: 0, 1 if a file failed, 2 if an
argument is wrong, 130 after Ctrl-C.

The server's limits on size, pixels and time apply only if you set them.

Examples:

  imagekit transform photo.jpg small.webp 'w=400'
  imagekit transform photos/ thumbnails/ 'w=320&h=320&fit=cover&f=avif'
  imagekit transform --json photos/ thumbnails/ w=320 | jq '.failures[].file'
  imagekit transform - - 'w=400&f=jpeg' <photo.jpg >small.jpg`,
		Metadata: map[string]any{metaMore: jsonHelp},
		Flags: append([]cli.Flag{
			&cli.BoolFlag{
				Name: "force", Usage: "Make every result again, even those that an earlier run finished.",
				Local: true,
			},
			&cli.BoolFlag{Name: "json", Usage: "Print a summary as one JSON object on standard output.", Local: true},
		}, settings.Flags("presets", "presets-file", "max-input-size", "allowed-formats", "default-format", "max-pixels", "max-output-pixels",
			"workers", "sandbox", "memory", "request-timeout", "log", "log-format")...),
		Action: func(ctx context.Context, c *cli.Command) error { return transform(ctx, c, sys) },
	}
}

// jsonHelp describes the object that --json prints.
const jsonHelp = `
--json prints one object:

  files        all files of the run: done, skipped, failed and, if interrupted, those that are left
  done         results that were made
  skipped      results of an earlier run that were kept
  failed       files without a result
  interrupted  true after Ctrl-C
  bytes_in     bytes of the sources of what was done
  bytes_out    bytes of the results of what was done
  seconds      how long it took
  failures     a list of {"file": ..., "error": ...}
  ignored      files in folders that are not named like an image
`

func transform(ctx context.Context, c *cli.Command, sys system) error {
	in, out, text, err := readArguments(c.Args().Slice())
	if err != nil {
		return err
	}
	s, _, err := loadSettings(c, sys)
	if err != nil {
		return err
	}
	s.OwnFiles()
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
		return usagef(`--json and the output "-" both write to standard output, want one of them`)
	case out == "-" && isTerminal(sys.out):
		return usagef("standard output is a terminal, want a file or a pipe for the picture")
	}
	list, ignored := []pair{{in[0], out}}, []string{}
	if folder {
		if list, ignored, err = pairs(in, out, f.Ext()); err != nil {
			return err
		}
	}
	if err := checkOverwrites(list); err != nil {
		return err
	}
	if len(ignored) > 0 {
		fmt.Fprintln(sys.err, ignoredText(ignored))
	}
	b := &batch{sys: sys, set: s, params: params, format: f}
	if err := b.readWatermark(ctx); err != nil {
		return err
	}
	b.tally.Files, b.tally.Failures, b.tally.Ignored = len(list), []failure{}, ignored
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

// readWatermark reads the file that wm names, if it does.
func (b *batch) readWatermark(ctx context.Context) error {
	w := b.params.Watermark
	switch {
	case !w.Given():
		return nil
	case w.IsURL(), w.Source == "-":
		return usagef("wm: want the path of a file, got %s; only a server fetches from URLs", opt.Quote(w.Source))
	}
	data, err := b.input(ctx, w.Source)
	if err != nil {
		return usagef("wm: %s: %s", w.Source, b.explain(err))
	}
	b.mark = named.New(data)
	return nil
}

// recipe says in words what the results of a batch depend on besides their sources.
func (b *batch) recipe() string {
	p := b.params
	p.Format = b.format
	if p.Watermark.Given() {
		p.Watermark.Source = b.mark.Digest // the file may change and keep its name
	}
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
	pool, err := newPool(workerCommand, workers, workers, b.set, serverlog.Plain(b.console, level, b.set.LogText))
	if err != nil {
		return err
	}
	b.render = render.New(render.Config{
		Engine: pool, Limits: limits(b.set), Timeout: b.set.RequestTimeout,
		Watermarks: map[string]named.Picture{b.params.Watermark.Source: b.mark},
	})
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
