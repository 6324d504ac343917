//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

// answered is one file in one format.
type answered struct {
	file   string
	format string
	status int
	code   string // of a refusal
	took   time.Duration
	err    error // of the connection, or of what a 200 held
}

// corpus sends every file below a folder through the service, in every output format.
func corpus(ctx context.Context, args []string) error {
	set, binary := flags("corpus")
	dir := set.String("dir", "", "the folder with the files; subfolders count")
	out := set.String("o", "", "write one line per answer to this file, tab separated")
	width := set.Int("w", 256, "width of the results in pixels")
	_ = set.Parse(args) // it exits
	files, err := list(*dir)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "imagekit-rig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	s, err := instance.Start(*binary, tmp, "IMAGEKIT_MAX_INPUT_SIZE=64MiB", "IMAGEKIT_CACHE_SIZE=1GiB")
	if err != nil {
		return err
	}
	idle, err := s.Peak()
	if err != nil {
		return errors.Join(err, s.Stop())
	}
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		if err != nil || n < 0 || n >= len(files) {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(typeless{w}, r, files[n])
	}))
	defer origin.Close()
	answers, peak := askAll(ctx, s, origin.URL, files, *width)
	sound := report(s, answers, idle, peak)
	if *out != "" {
		err = write(*out, answers)
	}
	err = errors.Join(err, s.Stop(), ctx.Err())
	if err == nil && !sound {
		err = errors.New("the corpus found something, see MISSED above")
	}
	return err
}

// typeless hides the file's name from the answer: the service must decide by the bytes.
type typeless struct{ http.ResponseWriter }

// WriteHeader drops what http.ServeFile guessed.
func (w typeless) WriteHeader(status int) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.ResponseWriter.WriteHeader(status)
}

// list returns the regular files below dir.
func list(dir string) (files []string, err error) {
	if dir == "" {
		return nil, errors.New("want a folder: -dir DIR (make rig-corpus CORPUS=DIR)")
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there are no files in %s", dir)
	}
	return files, err
}

// askAll requests everything, a few more at once than there are workers, and watches the memory meanwhile.
func askAll(ctx context.Context, s *instance.Instance, origin string, files []string, width int) ([]answered,
	instance.Memory,
) {
	formats := []format.Format{format.JPEG, format.WebP, format.AVIF, format.PNG}
	answers := make([]answered, len(files)*len(formats))
	bar := progressbar.Default(int64(len(answers)), "images")
	var mu sync.Mutex
	var peak instance.Memory
	var g errgroup.Group
	g.SetLimit(2 * runtime.NumCPU())
	for i := range answers {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			file, f := i/len(formats), formats[i%len(formats)]
			answers[i] = one(ctx, s, origin+"/"+strconv.Itoa(file), f, width)
			answers[i].file = files[file]
			if m, err := s.Peak(); err == nil { // a server that has ended is reported as such
				mu.Lock()
				peak.Server, peak.Worker = max(peak.Server, m.Server), max(peak.Worker, m.Worker)
				mu.Unlock()
			}
			_ = bar.Add(1)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	_ = bar.Finish()
	return answers, peak
}

// one asks for one file in one format.
func one(ctx context.Context, s *instance.Instance, url string, f format.Format, width int) answered {
	a := answered{format: f.String()}
	got, err := s.Signed(ctx, param.Pair{Name: "url", Value: url}, param.Pair{Name: "w", Value: strconv.Itoa(width)},
		param.Pair{Name: "f", Value: f.String()})
	if err != nil {
		a.err = err
		return a
	}
	a.status, a.took = got.Status, got.Took
	switch {
	case got.Status != http.StatusOK:
		a.code = codeOf(got.Body)
	case format.Sniff(got.Body) != f:
		a.err = fmt.Errorf("the answer is no %s but %s", f, format.Sniff(got.Body))
	}
	return a
}

// codeOf returns the stable word of a problem document (RFC 9457), "" when there is none.
func codeOf(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `"code":"`)
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// documented tells whether a file may end so; 500, 502, 503 and 504 never may. A strip of 1×60000 pixels keeps its
// height at any width, and is then beyond what WebP and AVIF can hold: 400.
func (a answered) documented() bool {
	return slices.Contains([]int{200, 413, 415, 422}, a.status) || a.status == 400 && a.code == "output_too_large"
}

// report prints the findings and tells whether all demands hold.
func report(s *instance.Instance, answers []answered, idle, peak instance.Memory) bool {
	counts := map[string]int{}
	var odd []answered
	for _, a := range answers {
		counts[fmt.Sprintf("%3d %s", a.status, cmp.Or(a.code, "ok"))]++
		if a.err != nil || !a.documented() {
			odd = append(odd, a)
		}
	}
	fmt.Printf("\n%d answers\n", len(answers))
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%8d  %s\n", counts[k], k)
	}
	slowest := slices.SortedFunc(slices.Values(answers), func(a, b answered) int { return cmp.Compare(b.took, a.took) })
	fmt.Println("\nslowest")
	for _, a := range slowest[:min(10, len(slowest))] {
		fmt.Printf("%8d ms  %d  %-4s  %s\n", a.took.Milliseconds(), a.status, a.format, a.file)
	}
	for _, a := range odd {
		fmt.Printf("\nNOT DOCUMENTED: %d %s, %s as %s: %v\n", a.status, a.code, a.file, a.format, a.err)
	}
	fmt.Println()
	deaths, _ := s.CountLog(`"msg":"a worker died"`)
	crashes, err := s.CountLog(`"msg":"a worker died"`, `"cause":"crash"`)
	sound := verdict(s.Alive(), "the server lives, its process unchanged", fmt.Sprintf("pid %d", s.PID()), "alive")
	sound = verdict(len(odd) == 0, "answers outside the documented statuses", strconv.Itoa(len(odd)), "0") && sound
	sound = verdict(err == nil && crashes == 0, "workers that crashed", fmt.Sprintf("%d (of %d deaths)", crashes, deaths),
		"0, each is a finding about a library") && sound
	grown := peak.Server - idle.Server
	sound = verdict(grown < 256<<20, "the server's memory, above idle", fmt.Sprintf("%d MiB", grown>>20), "< 256 MiB") &&
		sound
	fmt.Printf("        largest worker %d MiB\n", peak.Worker>>20)
	return sound
}

// write writes the answers as lines.
func write(path string, answers []answered) error {
	var b strings.Builder
	for _, a := range answers {
		fmt.Fprintf(&b, "%d\t%s\t%d\t%s\t%s\n", a.status, a.code, a.took.Milliseconds(), a.format, a.file)
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
