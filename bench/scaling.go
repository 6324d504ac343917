package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"imagekit/internal/format"
)

// sizes are the sources whose cost is compared: 4:3 JPEGs of 6, 12, 24 and 48 megapixels.
var sizes = [][2]int{{2828, 2121}, {4000, 3000}, {5656, 4242}, {8000, 6000}}

// outputWidths are the results whose cost is compared.
var outputWidths = []int{160, 320, 640, 1280, 2560}

// scaling shows how time and memory grow with the source and with the result.
func scaling(w io.Writer, r rig) error {
	peer, err := startSharp(1)
	if err != nil {
		return err
	}
	defer peer.stop()
	var list []picture
	all := sizes
	if r.quick {
		all = sizes[:2]
	}
	for _, s := range all {
		p, err := r.made(fmt.Sprintf("landscape %d", s[0]), func() ([]byte, error) {
			return encodeJPEG(paint(landscape, s[0], s[1], 2), 90, nil)
		})
		if err != nil {
			return err
		}
		list = append(list, p)
	}
	if err := sourceSize(w, r, list, peer); err != nil {
		return err
	}
	return resultSize(w, r, list[1], peer)
}

// sourceSize measures a JPEG of 640 px from sources of growing size, and the worker's memory for each.
func sourceSize(w io.Writer, r rig, list []picture, peer *sharp) error {
	rounds := r.rounds(5)
	fmt.Fprintf(w, "\n## Against the size of the source\n\nThe made landscape as baseline JPEG, quality 90, to 640 px "+
		"JPEG. Time: engine alone, one thread, medians of %d runs in turns. "+
		"Memory: peak of a fresh worker of the service (VmHWM) above what it held when idle; it contains the source's "+
		"bytes. Wanted: time near linear in source bytes; below 60 MB at 24 megapixels.\n\n`bench/run.sh -only "+
		"scaling`\n\n"+
		"| source MP | MB | scale | imagekit ms | ms per MB | sharp ms | worker's peak above idle, MB "+
		"|\n|---|---|---|---|---|---|---|\n", rounds)
	ours, theirs := series{name: "imagekit", line: true}, series{name: "sharp", line: true}
	for _, p := range list {
		q := request{p, 640, format.JPEG}
		pl, err := q.plan()
		if err != nil {
			return err
		}
		c, err := q.duel(peer, rounds)
		if err != nil {
			return err
		}
		peak, err := peakMemory(r, q)
		if err != nil {
			return fmt.Errorf("memory at %s: %w", p.name, err)
		}
		mb := float64(len(p.data)) / 1e6
		fmt.Fprintf(w, "| %.0f | %.1f | 1/%d | %.1f | %.1f | %.1f | %.1f |\n",
			float64(p.info.Width*p.info.Height)/1e6, mb, pl.Shrink, c.ours, c.ours/mb, c.peer, peak)
		ours.points, theirs.points = append(ours.points, point{mb, c.ours}), append(theirs.points, point{mb, c.peer})
	}
	return r.plot(w, "source-size", chart{
		title: "JPEG of growing size to 640 px JPEG, one thread", x: "source, MB (6, 12, 24, 48 megapixels)", y: "ms",
		series: []series{ours, theirs},
	})
}

// resultSize measures results of growing size from one source of 12 megapixels.
func resultSize(w io.Writer, r rig, p picture, peer *sharp) error {
	rounds := r.rounds(5)
	fmt.Fprintf(w, "\n## Against the size of the result\n\nThe same picture at 12 megapixels, engine alone, one thread, "+
		"medians of %d runs in turns; imagekit ms (sharp ms).\n\n| width |", rounds)
	var lines []series
	for _, f := range photoOutputs {
		fmt.Fprintf(w, " %s |", f)
		lines = append(lines, series{name: f.String(), line: true})
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(photoOutputs)))
	for _, width := range outputWidths {
		fmt.Fprintf(w, "| %d |", width)
		for i, f := range photoOutputs {
			c, err := request{p, width, f}.duel(peer, rounds)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, " %.1f (%.1f) |", c.ours, c.peer)
			lines[i].points = append(lines[i].points, point{float64(width) * float64(width) * 0.75 / 1e6, c.ours})
		}
		fmt.Fprintln(w)
	}
	return r.plot(w, "result-size", chart{
		title: "12 megapixels to results of growing size, one thread", x: "result, megapixels", y: "ms", series: lines,
	})
}

// peakMemory does the request at a fresh service with one worker and returns how far that grew, in MB.
func peakMemory(r rig, q request) (float64, error) {
	sources := originOf([]picture{q.picture})
	defer sources.Close()
	dir := filepath.Join(r.dir, fmt.Sprintf("memory %d", q.picture.info.Width))
	s, err := start(dir, "IMAGEKIT_LOG=warn", "IMAGEKIT_WORKERS=1", "IMAGEKIT_MAX_INPUT_SIZE=64MiB")
	if err != nil {
		return 0, err
	}
	defer s.Stop()
	workers, err := s.Workers()
	if err != nil {
		return 0, err
	}
	if len(workers) != 1 {
		return 0, fmt.Errorf("want one worker, got %d", len(workers))
	}
	idle, err := s.Resident()
	if err != nil {
		return 0, err
	}
	c := &contestants{imagekit: s, sources: sources}
	if err := c.askImageKit(q); err != nil {
		return 0, err
	}
	peak, err := s.Peak()
	return megabytes(peak.Worker - idle.Worker), err
}
