package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/render"
	"imagekit/internal/settings"
	"imagekit/internal/worker"
	"imagekit/internal/worker/breakout"
)

func sandboxCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "sandbox", Usage: "try to break out of a worker, and show what holds",
		UsageText: "imagekit sandbox [--sandbox MODE]",
		Description: `Starts workers as the service does. One of them tries what code in a hostile picture would try;
the other reads and writes every format. The exit status is 1 if an attempt was not denied or a
format does not work.

ALLOWED also marks a call that was let through and then failed: every attempt is made so that it
does no harm.

Example:

  imagekit sandbox`,
		Flags: settings.Flags("sandbox"),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			s, _, err := loadSettings(c, sys)
			if err != nil {
				return err
			}
			return sandbox(ctx, s, sys)
		},
	}
}

// sandbox prints what confines a worker, what it was denied, and what it can still do.
func sandbox(ctx context.Context, s *settings.Settings, sys system) error {
	state, report, err := breakOut(ctx, s)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(sys.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "Landlock ABI\t%d\nseccomp\t%t\n", state.Landlock, state.Seccomp)
	for _, gap := range state.Missing {
		fmt.Fprintf(table, "missing\t%s\n", gap)
	}
	fmt.Fprintf(table, "environment\t%s\n\n", strings.Join(report.Environment, " "))
	open := 0
	for _, a := range report.Attempts {
		verdict := "denied"
		if !a.Denied {
			verdict = "ALLOWED"
			open++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", a.Name, verdict, a.Answer)
	}
	fmt.Fprintln(table)
	broken, err := everyFormat(ctx, s, table)
	if err = errors.Join(err, table.Flush()); err != nil {
		return err
	}
	if open > 0 || broken > 0 || len(report.Attempts) == 0 {
		return fmt.Errorf("of %d attempts to break out %d were not denied; %d formats do not work", len(report.Attempts),
			open, broken)
	}
	return nil
}

// breakOut lets a worker try, and returns what confined it and what it found.
func breakOut(ctx context.Context, s *settings.Settings) (worker.Sandbox, breakout.Report, error) {
	var report breakout.Report
	pool, err := newPool(selfTestCommand, 1, 1, s, slog.New(slog.DiscardHandler))
	if err != nil {
		return worker.Sandbox{}, report, err
	}
	result, _, err := pool.Run(ctx, &blob.Blob{}, plan.Plan{Target: plan.Target{Format: format.PNG}})
	if err == nil {
		err = json.Unmarshal(result.Data, &report)
	}
	return pool.Stats().Sandbox, report, errors.Join(err, pool.Close(context.WithoutCancel(ctx)))
}

// everyFormat transforms pictures in a worker, so that each format is read and each one that can be is written. It
// prints a line for each, and returns how many failed.
func everyFormat(ctx context.Context, s *settings.Settings, out *tabwriter.Writer) (broken int, err error) {
	pictures, err := smallPictures()
	if err != nil {
		return 0, err
	}
	pool, err := newPool(workerCommand, 1, 1, s, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	lim := limits(s)
	lim.Sources = 0 // all
	renderer := render.New(render.Config{Engine: pool, Limits: lim, Timeout: s.RequestTimeout})
	try := func(what string, data []byte, to format.Format) []byte {
		result, err := renderer.Upload(ctx, data, param.Params{}, to)
		if err != nil {
			broken++
			fmt.Fprintf(out, "%s\tBROKEN\t%v\n", what, err)
			return nil
		}
		fmt.Fprintf(out, "%s\tworks\t\n", what)
		return result.Blob.Data
	}
	for _, f := range format.Outputs() {
		written := try("write "+f.String(), pictures[format.PNG], f)
		if !slices.Contains([]format.Format{format.PNG, format.JPEG}, f) {
			pictures[f] = written
		}
	}
	for _, f := range format.Inputs() {
		try("read "+f.String(), pictures[f], format.PNG)
	}
	return broken, pool.Close(context.WithoutCancel(ctx))
}

// smallPictures returns one of each format that no codec of ours writes, and of some others.
func smallPictures() (map[format.Format][]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			img.Set(x, y, color.NRGBA{uint8(4 * x), uint8(5 * y), 128, 255})
		}
	}
	var asPNG, asJPEG, asGIF, asBMP, asTIFF bytes.Buffer
	err := errors.Join(png.Encode(&asPNG, img), jpeg.Encode(&asJPEG, img, nil), gif.Encode(&asGIF, img, nil),
		bmp.Encode(&asBMP, img), tiff.Encode(&asTIFF, img, &tiff.Options{Compression: tiff.Deflate}))
	return map[format.Format][]byte{
		format.PNG: asPNG.Bytes(), format.JPEG: asJPEG.Bytes(), format.GIF: asGIF.Bytes(),
		format.BMP: asBMP.Bytes(), format.TIFF: asTIFF.Bytes(),
		format.ICO: icon(asPNG.Bytes()),
		format.PNM: append([]byte("P6 64 48 255\n"), make([]byte, 3*64*48)...),
		format.QOI: append([]byte("qoif\x00\x00\x00\x40\x00\x00\x00\x30\x03\x00"),
			bytes.Repeat([]byte{0xfd}, 64*48/62+1)...),
	}, err
}

// icon returns a PNG of 64×48 pixels as an icon.
func icon(picture []byte) []byte {
	b := []byte("\x00\x00\x01\x00\x01\x00\x40\x30\x00\x00\x01\x00\x20\x00")
	b = binary.LittleEndian.AppendUint32(b, uint32(len(picture)))
	return append(binary.LittleEndian.AppendUint32(b, 22), picture...)
}
