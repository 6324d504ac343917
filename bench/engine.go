package main

import (
	"fmt"
	"io"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// limits let every picture of the benchmark pass.
var limits = plan.Limits{MaxPixels: 100e6, MaxOutputPixels: 25e6, Memory: 4 << 30}

// request is what is asked of a picture on both sides.
type request struct {
	picture picture
	width   int
	format  format.Format
}

// requests are all pictures at all widths in all formats; pictures with alpha are not asked for as JPEG.
func requests(list []picture, widths []int) []request {
	var all []request
	for _, p := range list {
		for _, f := range photoOutputs {
			if p.info.Alpha && !f.Alpha() {
				continue
			}
			for _, w := range widths {
				all = append(all, request{p, w, f})
			}
		}
	}
	return all
}

// plan reads the header and plans, as every request does.
func (q request) plan() (plan.Plan, error) {
	info, err := probe.Read(q.picture.data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.New(info, param.Params{Width: q.width, Quality: 80}, q.format, limits)
}

// ours runs the whole request in this process and returns the result and its time in milliseconds.
func (q request) ours() ([]byte, float64, error) {
	start := time.Now()
	p, err := q.plan()
	if err != nil {
		return nil, 0, err
	}
	out, _, err := engine.Engine{}.Run(&blob.Blob{Data: q.picture.data, Format: p.Source.Format}, p)
	if err != nil {
		return nil, 0, err
	}
	return out.Data, milliseconds(time.Since(start)), nil
}

// job is the same request to sharp, for exactly the same size.
func (q request) job() (sharpJob, error) {
	p, err := q.plan()
	return sharpJob{
		Kind: "encode", File: q.picture.file, Width: p.Size().X, Height: p.Size().Y,
		Format: q.format.String(), Options: sharpOptions(q.format),
	}, err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// duel runs the request on both sides in turns, after one run each that is not counted, and compares the medians.
func (q request) duel(peer *sharp, rounds int) (comparison, error) {
	job, err := q.job()
	if err != nil {
		return comparison{}, err
	}
	var ours, theirs []float64
	for range rounds + 1 {
		_, ms, err := q.ours()
		if err != nil {
			return comparison{}, err
		}
		reply, err := peer.do(job)
		if err != nil {
			return comparison{}, err
		}
		ours, theirs = append(ours, ms), append(theirs, reply.MS)
	}
	return comparison{q.picture, q.width, q.format, median(ours[1:]), median(theirs[1:])}, nil
}

// engineAlone compares one thread of the engine with one thread of sharp, both from memory to memory.
func engineAlone(w io.Writer, r rig) error {
	list, err := r.pictures()
	if err != nil {
		return err
	}
	peer, err := startSharp(1)
	if err != nil {
		return err
	}
	defer peer.stop()
	rounds := r.rounds(7)
	var all []comparison
	for _, q := range requests(list, widths) {
		c, err := q.duel(peer, rounds)
		if err != nil {
			return fmt.Errorf("%s to %s: %w", q.picture.name, q.format, err)
		}
		all = append(all, c)
	}
	listPictures(w, list)
	fmt.Fprintf(w, "\n## The engine alone\n\nFrom memory to memory on one thread: header, plan, decode, turn upright, "+
		"resize, encode; q=80. %s, called through Node.js, "+
		"its time taken around decode to encode. Medians of %d runs each, in turns; the ratio is sharp's time over "+
		"ours.\n\n`bench/run.sh -only engine`\n", sharpText, rounds)
	summary(w, all, "ms", "imagekit", "sharp", wantedAlone)
	perPicture(w, all, "Ratio of each picture", comparison.ratio)
	return r.plot(w, "engine", strip("Engine alone: how many times faster than sharp (one thread, q=80)",
		"sharp's time / ours", all))
}

// wantedAlone are the goals for the engine alone.
func wantedAlone(f format.Format, group string) string {
	switch f.String() + " " + group {
	case "jpeg with ICC profile":
		return "≥ 2.2"
	case "jpeg without ICC profile":
		return "≥ 1.3"
	case "webp all photos":
		return "≥ 1.5"
	case "avif all photos":
		return "≥ 4"
	case "webp PNG with alpha":
		return "≥ 1.4"
	case "avif PNG with alpha":
		return "≥ 2"
	}
	return ""
}
