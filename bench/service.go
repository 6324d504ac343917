package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

const (
	inParallel   = 2 // requests in flight, our workers, sharp's pictures at once
	serviceBatch = 6 // requests that are timed together
)

// contestants are the three that the same pictures are asked of.
type contestants struct {
	imagekit *instance.Instance
	sharpURL string // sharp behind HTTP
	sharp    *sharp // sharp without HTTP
	sources  *httptest.Server
	serial   atomic.Int64 // makes every request a miss
}

// service compares cold misses: two requests in flight, nothing cached, the source downloaded for each.
func service(w io.Writer, r rig) error {
	list, err := r.pictures()
	if err != nil {
		return err
	}
	c, stop, err := startContestants(r, list)
	if err != nil {
		return err
	}
	defer stop()
	rounds, batch := r.rounds(3), max(inParallel, r.rounds(serviceBatch))
	var served, inProcess []comparison
	for _, q := range requests(list, widths) {
		s, p, err := c.compare(q, rounds, batch)
		if err != nil {
			return fmt.Errorf("%s to %s: %w", q.picture.name, q.format, err)
		}
		served, inProcess = append(served, s), append(inProcess, p)
	}
	fmt.Fprintf(w, "\n## The service: cold misses\n\n%d workers against sharp with %d pictures in parallel (%s); %d "+
		"requests in flight, %d timed together, medians of %d such batches, in turns. "+
		"Both answer over HTTP and download the source for every request from the same origin on this machine; imagekit "+
		"also verifies the signature, crosses to a worker process and writes its cache. "+
		"The peer is a plain `node:http` server around sharp (`bench/sharp.mjs`): what somebody would write who wants "+
		"this service and nothing else.\n\n`bench/run.sh -only service`\n",
		inParallel, inParallel, sharpText, inParallel, batch, rounds)
	summary(w, served, "ms a picture", "imagekit", "sharp over HTTP", wantedService)
	fmt.Fprintf(w, "\nThe same figures of imagekit against sharp as a library, with neither HTTP nor download, 2 in "+
		"parallel:\n")
	summary(w, inProcess, "ms a picture", "imagekit over HTTP", "sharp in process",
		func(format.Format, string) string { return "" })
	perPicture(w, served, "Ratio of each picture over HTTP", comparison.ratio)
	coldFormats(w, served)
	return r.plot(w, "service", strip("Cold misses over HTTP: how many times faster than sharp", "sharp's time / ours",
		served))
}

// startContestants starts all servers with every picture at the origin.
func startContestants(r rig, list []picture) (*contestants, func(), error) {
	sources := originOf(list)
	imagekit, err := start(filepath.Join(r.dir, "service"), "IMAGEKIT_LOG=warn", "IMAGEKIT_MAX_INPUT_SIZE=64MiB",
		"IMAGEKIT_WORKERS="+strconv.Itoa(inParallel))
	if err != nil {
		sources.Close()
		return nil, nil, err
	}
	stop := func() { _ = imagekit.Stop(); sources.Close() }
	base, stopServer, err := serveSharp(inParallel)
	if err != nil {
		stop()
		return nil, nil, err
	}
	library, err := startSharp(inParallel)
	if err != nil {
		stopServer()
		stop()
		return nil, nil, err
	}
	c := &contestants{imagekit: imagekit, sharpURL: base, sharp: library, sources: sources}
	return c, func() { library.stop(); stopServer(); stop() }, nil
}

// originOf serves pictures by their names.
func originOf(list []picture) *httptest.Server {
	mux := http.NewServeMux()
	for _, p := range list {
		mux.HandleFunc("/"+url.PathEscape(p.name), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/"+p.info.Format.String())
			w.Header().Set("Content-Length", strconv.Itoa(len(p.data)))
			_, _ = w.Write(p.data)
		})
	}
	return httptest.NewServer(mux)
}

// compare measures the request at all three in turns, after one batch each that is not counted.
func (c *contestants) compare(q request, rounds, batch int) (served, inProcess comparison, err error) {
	job, err := q.job()
	if err != nil {
		return served, inProcess, err
	}
	ask := []func() error{
		func() error { return c.askImageKit(q) },
		func() error {
			u, err := sharpURL(c.sharpURL, c.source(q), job)
			if err == nil {
				_, _, err = get(u)
			}
			return err
		},
		func() error { _, err := c.sharp.do(job); return err },
	}
	times := make([][]float64, len(ask))
	for range rounds + 1 {
		for i, do := range ask {
			ms, err := timed(batch, do)
			if err != nil {
				return served, inProcess, err
			}
			times[i] = append(times[i], ms)
		}
	}
	for i := range times {
		times[i] = times[i][1:]
	}
	served = comparison{q.picture, q.width, q.format, median(times[0]), median(times[1])}
	inProcess = served
	inProcess.peer = median(times[2])
	return served, inProcess, nil
}

// timed does something n times, inParallel at once, and returns the milliseconds per time.
func timed(n int, do func() error) (float64, error) {
	var g errgroup.Group
	g.SetLimit(inParallel)
	start := time.Now()
	for range n {
		g.Go(do)
	}
	err := g.Wait()
	return milliseconds(time.Since(start)) / float64(n), err
}

func (c *contestants) source(q request) string {
	return c.sources.URL + "/" + url.PathEscape(q.picture.name)
}

// askImageKit asks for something that was never asked for before.
func (c *contestants) askImageKit(q request) error {
	u, err := c.imagekit.URL(
		param.Pair{Name: "url", Value: c.source(q)}, param.Pair{Name: "w", Value: strconv.Itoa(q.width)},
		param.Pair{Name: "f", Value: q.format.String()}, param.Pair{Name: "q", Value: "80"},
		param.Pair{Name: "v", Value: strconv.FormatInt(c.serial.Add(1), 10)})
	if err != nil {
		return err
	}
	_, header, err := get(u)
	if got := header.Get("X-Cache"); err == nil && got != "MISS" {
		return fmt.Errorf("want a MISS, got %s", got)
	}
	return err
}

// coldFormats says what each format costs cold at 640 px.
func coldFormats(w io.Writer, list []comparison) {
	fmt.Fprintf(w, "\nCold at 640 px, median ms a picture over the photos:")
	for i, f := range photoOutputs {
		some := only(list, func(c comparison) bool { return c.format == f && c.width == 640 && !c.picture.info.Alpha })
		fmt.Fprintf(w, "%s %s %.1f", []string{"", ","}[min(i, 1)], f,
			median(values(some, func(c comparison) float64 { return c.ours })))
	}
	fmt.Fprintln(w, ".")
}

// wantedService are the goals for cold misses.
func wantedService(f format.Format, group string) string {
	if group != "all photos" {
		return ""
	}
	return map[format.Format]string{format.JPEG: "≥ 2.0", format.WebP: "≥ 1.4", format.AVIF: "≥ 3.5"}[f]
}
