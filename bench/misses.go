package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

const (
	missCount = 1000
	missStep  = 100
)

// misses asks for a thousand pictures that are not cached and watches the memory.
func misses(w io.Writer, r rig) error {
	source, size, err := origin(2000, 1500)
	if err != nil {
		return err
	}
	defer source.Close()
	s, err := start(filepath.Join(r.dir, "misses"), "IMAGEKIT_LOG=warn")
	if err != nil {
		return err
	}
	defer s.Stop()
	fmt.Fprintf(w, "\n## A thousand misses in a row\n\nA 2000×1500 JPEG of %d KB to 640 px, each format in turn, every "+
		"request a miss. Wanted: the server below 100 MB, a worker below 300 MB, both flat over the last "+
		"500.\n\n`bench/run.sh -only misses`\n\n"+
		"| misses | server MB (most so far) | largest worker MB (most so far) |\n|---|---|---|\n", size>>10)
	var most instance.Memory
	count := missCount
	if r.quick {
		count = missStep
	}
	for i := range count {
		out := format.Outputs()[i%len(format.Outputs())]
		url, err := s.URL(param.Pair{Name: "url", Value: source.URL + "/photo.jpg"}, param.Pair{Name: "w", Value: "640"},
			param.Pair{Name: "f", Value: out.String()}, param.Pair{Name: "v", Value: strconv.Itoa(i)})
		if err != nil {
			return err
		}
		_, header, err := get(url)
		if err != nil {
			return err
		}
		if got := header.Get("X-Cache"); got != "MISS" {
			return fmt.Errorf("request %d: want a MISS, got %s", i, got)
		}
		now, err := s.Resident()
		if err != nil {
			return err
		}
		most.Server, most.Worker = max(most.Server, now.Server), max(most.Worker, now.Worker)
		if (i+1)%missStep == 0 {
			fmt.Fprintf(w, "| %d | %.0f (%.0f) | %.0f (%.0f) |\n", i+1, megabytes(now.Server), megabytes(most.Server),
				megabytes(now.Worker), megabytes(most.Worker))
		}
	}
	return nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
