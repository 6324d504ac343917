package main

import (
	"bytes"
	"fmt"
	stdpng "image/png"
	"io"
	"os"
	"path/filepath"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/stage"
	"imagekit/internal/testkit/imagetest"
)

// drawings compares the WebP that a drawing becomes with the lossy one it would be without the rule, and with AVIF.
func drawings(w io.Writer, r rig, j judge) error {
	fmt.Fprintf(w, "\n### Drawings\n\nPictures of 640 × 480 pixels made by code "+
		"(`internal/testkit/imagetest/drawings.go`), from PNG at q=80: what WebP would be and what it is, "+
		"as bytes, distance from the source (Butteraugli) and time of the encoder in ms; the last four are no drawings "+
		"and have to stay lossy.\n\n"+
		"| picture | lossy WebP | | | WebP | | | kept | AVIF | |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, d := range append(imagetest.Drawings(640, 480), imagetest.Traps(640, 480)...) {
		var src bytes.Buffer
		if err := stdpng.Encode(&src, d.Img); err != nil {
			return err
		}
		reference := filepath.Join(j.dir, "drawing.png")
		if err := os.WriteFile(reference, src.Bytes(), 0o644); err != nil {
			return err
		}
		if _, err := j.peer.do(sharpJob{
			Kind: "decode", File: reference, Out: reference + ".flat.png",
			Flat: true,
		}); err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s |", d.Name)
		for _, way := range []struct {
			format format.Format
			plain  bool
		}{{format.WebP, true}, {format.WebP, false}, {format.AVIF, false}} {
			t, lossless, err := j.drawing(src.Bytes(), reference+".flat.png", way.format, way.plain,
				r.rounds(frontierRounds))
			if err != nil {
				return fmt.Errorf("%s to %s: %w", d.Name, way.format, err)
			}
			fmt.Fprintf(w, " %.0f | %.2f |", t.bytes, t.distance)
			if way.format == format.WebP {
				fmt.Fprintf(w, " %.0f |", t.ms)
				if !way.plain {
					fmt.Fprintf(w, " %s |", map[bool]string{true: "lossless", false: "lossy"}[lossless])
				}
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}

// drawing runs the engine on a picture; plain leaves drawings out of account.
func (j judge) drawing(src []byte, reference string, out format.Format, plain bool, rounds int) (t trial, lossless bool,
	err error,
) {
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return t, false, err
	}
	p, err := plan.New(info, param.Params{}, out, limits)
	if err != nil {
		return t, false, err
	}
	if plain {
		p.Encoder.Drawing = 0
	}
	var made *blob.Blob
	var times []float64
	for range rounds {
		var spent stage.Times
		if made, spent, err = (engine.Engine{}).Run(&blob.Blob{Data: src, Format: info.Format}, p); err != nil {
			return t, false, err
		}
		times = append(times, milliseconds(spent[stage.Encode]))
	}
	file := filepath.Join(j.dir, "drawing."+out.String())
	if err := os.WriteFile(file, made.Data, 0o644); err != nil {
		return t, false, err
	}
	if _, err := j.peer.do(sharpJob{Kind: "decode", File: file, Out: file + ".png", Flat: true}); err != nil {
		return t, false, err
	}
	result, err := probe.Read(made.Data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return t, false, err
	}
	t.ms, t.bytes = median(times), float64(len(made.Data))
	t.distance, err = butteraugli(reference, file+".png")
	return t, result.Lossless, err
}
