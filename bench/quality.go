package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/plan"
)

// curveQualities are sharp's AVIF qualities through which bytes at equal distance are read.
var curveQualities = []int{40, 52, 63, 73, 82}

// judge measures encoded pictures by Butteraugli; its files are in dir.
type judge struct {
	peer *sharp
	dir  string
}

// verdict is one encoded picture: its bytes and its distance from the reference.
type verdict struct{ bytes, distance float64 }

// quality compares bytes and visible difference of the results.
func quality(w io.Writer, r rig) error {
	list, err := r.pictures()
	if err != nil {
		return err
	}
	peer, err := startSharp(2)
	if err != nil {
		return err
	}
	defer peer.stop()
	j := judge{peer, filepath.Join(r.dir, "quality")}
	if err := os.MkdirAll(j.dir, 0o755); err != nil {
		return err
	}
	at := widths
	if r.quick {
		at = widths[:1]
	}
	var bytes, distance, equal []comparison
	for _, q := range requests(list, at) {
		ours, theirs, atOurs, err := j.compare(q)
		if err != nil {
			return fmt.Errorf("%s to %s: %w", q.picture.name, q.format, err)
		}
		bytes = append(bytes, comparison{q.picture, q.width, q.format, theirs.bytes, ours.bytes})
		distance = append(distance, comparison{q.picture, q.width, q.format, theirs.distance, ours.distance})
		if q.format == format.AVIF {
			equal = append(equal, comparison{q.picture, q.width, q.format, atOurs, ours.bytes})
		}
	}
	return writeQuality(w, r, bytes, distance, equal)
}

// writeQuality writes the report. In these comparisons the ratio is ours over sharp's: smaller is better.
func writeQuality(w io.Writer, r rig, bytes, distance, equal []comparison) error {
	fmt.Fprintf(w, "\n## Bytes and distance\n\nThe same requests at q=80, against %s. Distance: Butteraugli (Debian's "+
		"`butteraugli`) from a reference of the same size made by sharp from the fully decoded source by Lanczos 3; "+
		"all results are decoded by sharp. A picture whose profile is carried along is compared in the profile's own "+
		"numbers; transparency is composed on grey. Ratios are ours over sharp's: below 1 is better than "+
		"sharp.\n\n`bench/run.sh -only quality`\n\n"+
		"| output | pictures | bytes | distance | bytes at equal distance | wanted |\n|---|---|---|---|---|---|\n", sharpText)
	for _, f := range photoOutputs {
		for _, g := range groups {
			of := func(list []comparison) string {
				some := only(list, func(c comparison) bool { return c.format == f && g.has(c) })
				if len(some) == 0 {
					return ""
				}
				return fmt.Sprintf("**%.3f**", median(values(some, comparison.ratio)))
			}
			if of(bytes) != "" {
				fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", f, g.name, of(bytes), of(distance), of(equal),
					wantedQuality(f, g.name))
			}
		}
	}
	fmt.Fprintf(w, "\nBytes at equal distance: sharp's AVIF at qualities %s, a straight line through log(bytes) over "+
		"log(distance), read at our distance.\n", strings.Trim(fmt.Sprint(curveQualities), "[]"))
	perPicture(w, bytes, "Bytes of each picture, ours over sharp's", comparison.ratio)
	perPicture(w, distance, "Distance of each picture (Butteraugli), ours", func(c comparison) float64 { return c.peer })
	perPicture(w, distance, "Distance of each picture (Butteraugli), sharp's", func(c comparison) float64 { return c.ours })
	return r.plot(w, "bytes-distance", scatter("Bytes and distance against sharp, q=80 (left and below 1 is better)",
		"bytes, ours / sharp's", "Butteraugli, ours / sharp's", bytes, distance))
}

// wantedQuality are the goals for bytes and distance.
func wantedQuality(f format.Format, group string) string {
	switch {
	case group == "PNG with alpha":
		return "bytes ≤ 1.05"
	case group != "all photos":
		return ""
	case f == format.AVIF:
		return "at equal distance ≤ 1.12 with libaom 3.6, ≤ 1.00 with libaom ≥ 3.12"
	}
	return "bytes ≤ 1.03, distance ≤ 1.05"
}

// compare judges both results; atOurs is what sharp's AVIF would need for our distance.
func (j judge) compare(q request) (ours, theirs verdict, atOurs float64, err error) {
	p, err := q.plan()
	if err != nil {
		return ours, theirs, 0, err
	}
	data, _, err := q.ours()
	if err != nil {
		return ours, theirs, 0, err
	}
	file := filepath.Join(j.dir, "ours."+q.format.String())
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return ours, theirs, 0, err
	}
	raw := p.Color == plan.ColorCarry
	if ours, err = j.judge(q, file, raw); err != nil {
		return ours, theirs, 0, err
	}
	if theirs, err = j.sharp(q, sharpOptions(q.format)); err != nil || q.format != format.AVIF {
		return ours, theirs, 0, err
	}
	var curve []verdict
	for _, quality := range curveQualities {
		v, err := j.sharp(q, map[string]any{"quality": quality, "effort": 1})
		if err != nil {
			return ours, theirs, 0, err
		}
		curve = append(curve, v)
	}
	return ours, theirs, bytesAt(curve, ours.distance), nil
}

// sharp encodes with sharp and judges the result.
func (j judge) sharp(q request, options map[string]any) (verdict, error) {
	job, err := q.job()
	if err != nil {
		return verdict{}, err
	}
	job.Options, job.Out = options, filepath.Join(j.dir, "sharp."+q.format.String())
	if _, err := j.peer.do(job); err != nil {
		return verdict{}, err
	}
	return j.judge(q, job.Out, false)
}

// judge measures a file against the reference of its request; raw: both without their profiles.
func (j judge) judge(q request, file string, raw bool) (verdict, error) {
	size, err := os.Stat(file)
	if err != nil {
		return verdict{}, err
	}
	job, err := q.job()
	if err != nil {
		return verdict{}, err
	}
	reference := filepath.Join(j.dir, fmt.Sprintf("%s %d %t.png", q.picture.name, q.width, raw))
	flat := q.picture.info.Alpha
	if _, err := os.Stat(reference); err != nil {
		if _, err := j.peer.do(sharpJob{
			Kind: "reference", File: q.picture.file, Width: job.Width, Height: job.Height, Out: reference, Raw: raw, Flat: flat,
		}); err != nil {
			return verdict{}, err
		}
	}
	decoded := file + ".png"
	if _, err := j.peer.do(sharpJob{Kind: "decode", File: file, Out: decoded, Raw: raw, Flat: flat}); err != nil {
		return verdict{}, err
	}
	distance, err := butteraugli(reference, decoded)
	return verdict{float64(size.Size()), distance}, err
}

func butteraugli(a, b string) (float64, error) {
	out, err := exec.Command("butteraugli", a, b).Output()
	if err != nil {
		return 0, fmt.Errorf("butteraugli: %w: %s", err, out)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// bytesAt reads a curve at a distance: bytes are about a power of the distance, fitted by least squares.
func bytesAt(curve []verdict, distance float64) float64 {
	var sx, sy, sxx, sxy float64
	n := float64(len(curve))
	for _, v := range curve {
		x, y := math.Log(v.distance), math.Log(v.bytes)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return math.Exp((sy-slope*sx)/n + slope*math.Log(distance))
}
