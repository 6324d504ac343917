package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"imagekit/internal/codec/jpeg"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/scale"
)

// frontierWidth is the width at which the choices are compared.
const frontierWidth = 640

// planes says what an encoder is given.
type planes struct {
	model  frame.Model
	layout scale.Layout
}

// option is one way to write a picture.
type option struct {
	name   string
	planes planes
	encode func(*frame.Frame) ([]byte, error)
	// same names an option whose file shows the same pixels, so that the distance is not measured again; empty = none.
	same string
}

// choice is a setting: the options for it, by the name of the one in force.
type choice struct {
	name, title string
	format      format.Format
	inForce     string
	options     []option
}

// trial is what an option gives for one picture.
type trial struct {
	ms float64
	verdict
}

// frontier measures what the encoders could be told, and marks what they are told.
func frontier(w io.Writer, r rig) error {
	list, err := r.pictures()
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(p picture) bool { return p.info.Format != format.JPEG })
	peer, err := startSharp(2)
	if err != nil {
		return err
	}
	defer peer.stop()
	j := judge{peer, filepath.Join(r.dir, "frontier")}
	if err := os.MkdirAll(j.dir, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n## The frontier\n\nWhat the encoders could be told, on planes that are ready, for the photos at %d "+
		"px and q=80; **bold** is what they are told. Time, bytes and distance "+
		"(Butteraugli, as above) are medians of ratios to that. Medians of %d runs, in turns.\n\n`bench/run.sh -only "+
		"frontier`\n", frontierWidth, r.rounds(frontierRounds))
	all, err := choices(list[0])
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := c.report(w, r, j, list); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if err := chroma(w, r, j, list); err != nil {
		return fmt.Errorf("chroma: %w", err)
	}
	return drawings(w, r, j)
}

const frontierRounds = 3

// report measures a choice over the pictures and writes a table and a plot.
func (c choice) report(w io.Writer, r rig, j judge, list []picture) error {
	ratios := make(map[string][3][]float64)
	for _, p := range list {
		trials, err := c.try(j, request{p, frontierWidth, c.format}, r.rounds(frontierRounds))
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		base := trials[c.inForce]
		for name, t := range trials {
			all := ratios[name]
			all[0] = append(all[0], t.ms/base.ms)
			all[1] = append(all[1], t.bytes/base.bytes)
			all[2] = append(all[2], t.distance/base.distance)
			ratios[name] = all
		}
	}
	lossy := c.format != format.PNG
	fmt.Fprintf(w, "\n| %s | time | bytes |", c.title)
	if lossy {
		fmt.Fprintf(w, " distance |\n|---|---|---|---|\n")
	} else {
		fmt.Fprintf(w, "\n|---|---|---|\n")
	}
	others, taken := series{name: "could be told"}, series{name: "in force"}
	for _, o := range c.options {
		all, name := ratios[o.name], o.name
		at, to := point{median(all[0]), median(all[1])}, &others
		if name == c.inForce {
			name, to = "**"+name+"**", &taken
		}
		to.points, to.names = append(to.points, at), append(to.names, o.name)
		fmt.Fprintf(w, "| %s | %.2f | %.3f |", name, at.x, at.y)
		if lossy {
			fmt.Fprintf(w, " %.3f |", median(all[2]))
		}
		fmt.Fprintln(w)
	}
	return r.plot(w, "frontier-"+c.name, chart{
		title: c.title + ": time and bytes against the choice in force", x: "time of the encoder, ratio", y: "bytes, ratio",
		series: []series{others, taken}, one: true,
	})
}

// try encodes a picture in every way, the times in turns, and judges the files.
func (c choice) try(j judge, q request, rounds int) (map[string]trial, error) {
	made := make([][]byte, len(c.options))
	times := make([][]float64, len(c.options))
	frames := make(map[planes]*frame.Frame)
	defer func() {
		for _, f := range frames {
			f.Release()
		}
	}()
	for round := range rounds + 1 {
		for i, o := range c.options {
			if frames[o.planes] == nil {
				f, err := readyFor(q, o.planes)
				if err != nil {
					return nil, err
				}
				frames[o.planes] = f
			}
			start := time.Now()
			data, err := o.encode(frames[o.planes])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", o.name, err)
			}
			if round > 0 { // one run is not counted
				times[i] = append(times[i], milliseconds(time.Since(start)))
			}
			made[i] = data
		}
	}
	trials := make(map[string]trial)
	for i, o := range c.options {
		t := trial{median(times[i]), verdict{float64(len(made[i])), 1}}
		if o.same != "" {
			t.distance = trials[o.same].distance
		} else if c.format != format.PNG {
			v, err := j.bytes(q, made[i], c.format)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", o.name, err)
			}
			t.verdict = v
		}
		trials[o.name] = t
	}
	return trials, nil
}

// bytes judges an encoded picture without its profile.
func (j judge) bytes(q request, data []byte, f format.Format) (verdict, error) {
	file := filepath.Join(j.dir, fmt.Sprintf("%s.%s", q.picture.name, f))
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return verdict{}, err
	}
	return j.judge(q, file, true)
}

// readyFor makes the planes that an encoder gets in such a request; unlike the engine it leaves the colours in the
// numbers of the picture's profile.
func readyFor(q request, want planes) (*frame.Frame, error) {
	p, err := q.plan()
	if err != nil {
		return nil, err
	}
	full, err := jpeg.Decode(q.picture.data, frame.Hint{Shrink: p.Shrink, Crop: p.Crop})
	if err != nil {
		return nil, err
	}
	defer full.Release()
	job := scale.Job{
		Crop: p.Crop, X: p.Window.X, Y: p.Window.Y, W: p.Window.W, H: p.Window.H, Width: p.Width,
		Height: p.Height,
	}
	var small *frame.Frame
	if want.model == frame.RGB {
		if small, err = scale.Working(full, job); err == nil {
			small, err = scale.Convert(small, frame.RGB)
		}
		if err == nil {
			small, err = op.Finish(small, 1, 1, true)
		}
	} else {
		small, err = scale.Direct(full, job, want.layout)
	}
	if err != nil {
		return nil, err
	}
	return op.Turn(small, p.Turn)
}

// told is what the plan tells an encoder for a photo at a quality on the JPEG scale.
func told(p picture, f format.Format, quality int) (plan.Encoder, error) {
	pl, err := plan.New(p.info, param.Params{Width: frontierWidth, Quality: quality}, f, limits)
	return pl.Encoder, err
}
