package main

import (
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/plan"
	"imagekit/internal/scale"
)

// leastFloor is the wanted share of the floor.
const leastFloor = 0.8

// cost is what one request takes, and what it cannot do without, in milliseconds.
type cost struct{ engine, djpeg, planes, encoder float64 }

func (c cost) share() float64 { return (c.djpeg + c.encoder) / c.engine }

// strict is the share against a decoder that stops at planes, as ours does.
func (c cost) strict() float64 { return (c.planes + c.encoder) / c.engine }

// floor compares the engine with the sum of what nobody can avoid: decoding the JPEG at the same scale, and encoding
// planes that are ready.
func floor(w io.Writer, r rig) error {
	list, err := r.pictures()
	if err != nil {
		return err
	}
	tiny, err := r.made("tiny", func() ([]byte, error) { return encodeJPEG(paint(night, 16, 16, 0), 90, nil) })
	if err != nil {
		return err
	}
	rounds := r.rounds(7)
	fmt.Fprintf(w, "\n## The floor\n\nWhat no program can do without: `djpeg -scale 1/N` of the same source to /dev/null "+
		"(less the same of a JPEG of 16 × 16 pixels, which is the start of the process) "+
		"and our encoder alone on planes that are ready. It leaves out the resize, but djpeg converts to RGB, which the "+
		"engine does not need: the strict floor has libjpeg stop at planes instead. "+
		"Medians of %d runs in turns, ms. Wanted: floor / engine ≥ %.1f.\n\n`bench/run.sh -only floor`\n\n"+
		"| picture | output | width | scale | djpeg | planes | encoder | engine | floor / engine | strict "+
		"|\n|---|---|---|---|---|---|---|---|---|---|\n", rounds, leastFloor)
	shares, stricts := map[format.Format][]float64{}, map[format.Format][]float64{}
	for _, q := range requests(list, widths) {
		if q.format == format.WebP || q.picture.info.Format != format.JPEG {
			continue
		}
		p, err := q.plan()
		if err != nil {
			return err
		}
		c, err := q.cost(p, tiny.file, rounds)
		if err != nil {
			return fmt.Errorf("%s to %s: %w", q.picture.name, q.format, err)
		}
		shares[q.format] = append(shares[q.format], c.share())
		stricts[q.format] = append(stricts[q.format], c.strict())
		fmt.Fprintf(w, "| %s | %s | %d | 1/%d | %.1f | %.1f | %.1f | %.1f | %.2f | %.2f |\n",
			q.picture.name, q.format, q.width, p.Shrink, c.djpeg, c.planes, c.encoder, c.engine, c.share(), c.strict())
	}
	var medians []string
	for _, f := range []format.Format{format.JPEG, format.AVIF} {
		medians = append(medians, fmt.Sprintf("%s **%.2f** (strict %.2f)", f, median(shares[f]), median(stricts[f])))
	}
	fmt.Fprintf(w, "\nMedians of floor / engine: %s.\n", strings.Join(medians, ", "))
	return nil
}

// cost measures the request and its unavoidable parts in turns; each has one run that is not counted.
func (q request) cost(p plan.Plan, tiny string, rounds int) (cost, error) {
	planes, err := ready(q, p)
	if err != nil {
		return cost{}, err
	}
	defer planes.Release()
	var whole, decoding, splitting, encoding []float64
	for range rounds + 1 {
		_, ms, err := q.ours()
		if err != nil {
			return cost{}, err
		}
		full, err := djpeg(q.picture.file, p.Shrink)
		if err != nil {
			return cost{}, err
		}
		start, err := djpeg(tiny, 1)
		if err != nil {
			return cost{}, err
		}
		begin := time.Now()
		decoded, err := jpeg.Decode(q.picture.data, frame.Hint{Shrink: p.Shrink, Crop: p.Crop})
		if err != nil {
			return cost{}, err
		}
		splitting = append(splitting, milliseconds(time.Since(begin)))
		decoded.Release()
		enc, err := encodeAlone(planes, p)
		if err != nil {
			return cost{}, err
		}
		whole, decoding, encoding = append(whole, ms), append(decoding, full-start), append(encoding, enc)
	}
	return cost{median(whole[1:]), median(decoding[1:]), median(splitting[1:]), median(encoding[1:])}, nil
}

// djpeg decodes a file to nowhere and returns the time in milliseconds.
func djpeg(file string, shrink int) (float64, error) {
	start := time.Now()
	out, err := exec.Command("djpeg", "-scale", fmt.Sprintf("1/%d", shrink), "-outfile", "/dev/null", file).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("djpeg: %w: %s", err, out)
	}
	return milliseconds(time.Since(start)), nil
}

// ready makes the planes that the encoder gets in such a request.
func ready(q request, p plan.Plan) (*frame.Frame, error) {
	full, err := jpeg.Decode(q.picture.data, frame.Hint{Shrink: p.Shrink, Crop: p.Crop})
	if err != nil {
		return nil, err
	}
	defer full.Release()
	small, err := scale.Direct(full, scale.Job{
		Crop: p.Crop, X: p.Window.X, Y: p.Window.Y, W: p.Window.W, H: p.Window.H, Width: p.Width, Height: p.Height,
	}, scale.Layout{SubX: 2, SubY: 2, FullRange: true})
	if err != nil || p.Turn <= 1 {
		return small, err
	}
	defer small.Release()
	return op.Turn(small, p.Turn)
}

// encodeAlone returns the time of the encoder in milliseconds.
func encodeAlone(f *frame.Frame, p plan.Plan) (float64, error) {
	start := time.Now()
	var err error
	if p.Format == format.AVIF {
		_, err = avif.Encode(f, avif.Settings{Quality: p.Encoder.Quality, Speed: p.Encoder.Effort})
	} else {
		_, err = jpeg.Encode(f, jpeg.Settings{Quality: p.Encoder.Quality, Optimize: true})
	}
	return milliseconds(time.Since(start)), err
}
