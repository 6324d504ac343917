package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

const (
	hitRounds   = 3
	hitSeconds  = 8
	hitClients  = 64
	wantedBytes = 50_000
)

// load is what wrk saw of one server.
type load struct {
	perSecond float64
	p99       time.Duration
	errors    bool
}

// hits compares cached pictures with the same file from nginx and from a bare net/http handler, in turns.
func hits(w io.Writer, r rig) error {
	dir := filepath.Join(r.dir, "hits")
	s, err := start(dir, "IMAGEKIT_LOG=warn")
	if err != nil {
		return err
	}
	defer s.Stop()
	logged, err := start(dir+"-logged", "IMAGEKIT_LOG=info")
	if err != nil {
		return err
	}
	defer logged.Stop()
	query, body, err := fiftyKB(s)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "picture.jpg")
	if err := os.WriteFile(file, body, 0o644); err != nil {
		return err
	}
	nginxURL, stopNginx, err := nginx(dir)
	if err != nil {
		return err
	}
	defer stopNginx()
	bareURL, stopBare, err := bareServer(file)
	if err != nil {
		return err
	}
	defer stopBare()
	names := []string{
		"nginx, static file", "bare net/http, bytes in memory", "imagekit, hit",
		"imagekit, hit, every request logged",
	}
	urls := []string{nginxURL, bareURL}
	for _, server := range []*instance.Instance{s, logged} {
		url, err := server.URL(query...)
		if err != nil {
			return err
		}
		if _, _, err := get(url); err != nil {
			return err
		}
		urls = append(urls, url)
	}
	return compare(w, names, urls, len(body), r.rounds(hitRounds))
}

// compare runs wrk against each URL in turns and prints the medians beside the first.
func compare(w io.Writer, names, urls []string, size, rounds int) error {
	runs := make([][]load, len(urls))
	for range rounds {
		for i, url := range urls {
			l, err := wrk(url)
			if err != nil {
				return err
			}
			runs[i] = append(runs[i], l)
		}
	}
	fmt.Fprintf(w, "\n## Hits\n\nOne cached picture of %d bytes; signature verified and checksum checked on each request. "+
		"Medians of %d rounds in turns. Wanted: at least 40 %% of nginx, p99 below 20 ms.\n\n`wrk -t2 -c%d -d%ds --latency "+
		"URL`\n\n| server | requests/s | of nginx | p99 ms |\n|---|---|---|---|\n",
		size, rounds, hitClients, hitSeconds)
	reference := median(figures(runs[0], func(l load) float64 { return l.perSecond }))
	for i, name := range names {
		rate := median(figures(runs[i], func(l load) float64 { return l.perSecond }))
		p99 := median(figures(runs[i], func(l load) float64 { return float64(l.p99) / float64(time.Millisecond) }))
		note := ""
		if slices.ContainsFunc(runs[i], func(l load) bool { return l.errors }) {
			note = " (with errors)"
		}
		fmt.Fprintf(w, "| %s%s | %.0f | %.0f %% | %.1f |\n", name, note, rate, 100*rate/reference, p99)
	}
	return nil
}

func figures(runs []load, of func(load) float64) []float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	return values
}

// fiftyKB finds the width at which the first sample is closest to 50 KB as JPEG.
func fiftyKB(s *instance.Instance) (best []param.Pair, body []byte, err error) {
	for width := 320; width <= 1280; width += 80 {
		pairs := []param.Pair{
			{Name: "url", Value: "sample:photo"},
			{Name: "w", Value: strconv.Itoa(width)},
			{Name: "f", Value: "jpeg"},
		}
		url, err := s.URL(pairs...)
		if err != nil {
			return nil, nil, err
		}
		got, _, err := get(url)
		if err != nil {
			return nil, nil, err
		}
		if body == nil || abs(len(got)-wantedBytes) < abs(len(body)-wantedBytes) {
			best, body = pairs, got
		}
	}
	return best, body, nil
}

func abs(n int) int { return max(n, -n) }

var (
	wrkRate   = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkP99    = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	wrkErrors = regexp.MustCompile(`Non-2xx|Socket errors`)
)

func wrk(url string) (load, error) {
	out, err := exec.Command("wrk", "-t2", "-c"+strconv.Itoa(hitClients), "-d"+strconv.Itoa(hitSeconds)+"s", "--latency",
		url).CombinedOutput()
	if err != nil {
		return load{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	rate, p99 := wrkRate.FindSubmatch(out), wrkP99.FindSubmatch(out)
	if rate == nil || p99 == nil {
		return load{}, fmt.Errorf("%w: %s", errNoFigure, out)
	}
	l := load{errors: wrkErrors.Match(out)}
	if l.perSecond, err = strconv.ParseFloat(string(rate[1]), 64); err != nil {
		return load{}, err
	}
	l.p99, err = time.ParseDuration(string(p99[1]) + string(p99[2]))
	return l, err
}

// nginx serves dir with as little ado as nginx can.
func nginx(dir string) (url string, stop func(), err error) {
	port, err := instance.FreePort()
	if err != nil {
		return "", nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", nil, err
	}
	conf := fmt.Sprintf(`daemon off; pid %[1]s/nginx.pid; error_log %[1]s/nginx.err; worker_processes auto; user root;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types { image/jpeg jpg; }
server { listen 127.0.0.1:%[2]d; root %[1]s; } }`, dir, port)
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644); err != nil {
		return "", nil, err
	}
	return run(exec.Command("nginx", "-c", filepath.Join(dir, "nginx.conf")), port, "/picture.jpg")
}

// bareServer runs this program as a bare net/http handler in a process of its own.
func bareServer(file string) (url string, stop func(), err error) {
	port, err := instance.FreePort()
	if err != nil {
		return "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self, "-bare", file)
	cmd.Env = []string{"PORT=" + strconv.Itoa(port)}
	return run(cmd, port, "/")
}

// run starts a peer and waits until it answers.
func run(cmd *exec.Cmd, port int, path string) (url string, stop func(), err error) {
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	url = fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
	if err := await(url); err != nil {
		stop()
		return "", nil, err
	}
	return url, stop, nil
}

// serveBare answers every request with the file, from memory.
func serveBare(file string) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	length := strconv.Itoa(len(body))
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"),
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/jpeg")
			w.Header().Set("Content-Length", length)
			_, _ = w.Write(body)
		}))
}
