//go:build unix

package e2e

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An operator sees what happens at an address of their own, and what may be kept is kept as long as they want.
func TestMetrics(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "IMAGEKIT_ADMIN_ADDR=127.0.0.1:0", "IMAGEKIT_MAX_AGE=1h",
		"IMAGEKIT_CORS=https://shop.example")
	path := s.signed("url", o.url+"/photo.jpg", "w", "64", "f", "png")
	for range 2 {
		a := s.get(t, path)
		if got := a.header.Get("Cache-Control"); got != "public, max-age=3600" && got != "public, max-age=3599" {
			t.Errorf("Cache-Control: %q", got)
		}
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "https://shop.example" {
			t.Errorf("Access-Control-Allow-Origin: %q", got)
		}
	}
	s.get(t, s.signed("url", o.url+"/missing.jpg"))
	body, contentType := form(t, o.files["/small.png"], nil)
	sent := body.Len()
	s.must(t, http.MethodPost, "/upload", body, "Content-Type", contentType)
	text := fetchText(t, "http://"+s.log.find("metrics").text("addr")+"/metrics")
	for _, want := range []string{
		`imagekit_http_requests_total{cache="HIT",format="png",route="/img",status="2xx"} 1`,
		`imagekit_http_requests_total{cache="MISS",format="png",route="/img",status="2xx"} 1`,
		`imagekit_faults_total{code="source_not_found"} 1`, `imagekit_faults_total{code="rate_limited"} 0`,
		`imagekit_stage_duration_seconds_count{stage="encode"} 2`, `imagekit_stage_duration_seconds_count{stage="store"} 1`,
		"imagekit_cache_entries 1\n", "imagekit_cache_hits_total 1\n", "imagekit_workers 2\n", "imagekit_source_downloads_total 2\n",
		`imagekit_fetch_errors_total{kind="not_found"} 1`, "imagekit_fetches_in_flight 0\n", "imagekit_http_requests_in_flight 1\n",
		`imagekit_worker_deaths_total{cause="crash"} 0`, `imagekit_build_info{version="` + reported(t) + `"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	for name, value := range map[string]int{
		"imagekit_fetch_bytes_total": len(o.files["/photo.jpg"]), `imagekit_http_request_bytes_total{route="/upload"}`: sent,
	} {
		if want := name + " " + strconv.FormatFloat(float64(value), 'g', -1, 64) + "\n"; !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, o.url) {
		t.Error("the metrics name a source")
	}
	documented(t, text)
}

// documented wants every row of docs/metrics.md among the metrics, of its kind, and every metric of ours in a row.
func documented(t *testing.T, text string) {
	t.Helper()
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var told, served []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(imagekit_\\w+)` \\| (\\w+) ").FindAllStringSubmatch(string(page),
		-1) {
		told = append(told, row[1]+" "+row[2])
	}
	for _, line := range regexp.MustCompile(`(?m)^# TYPE (imagekit_\w+ \w+)$`).FindAllStringSubmatch(text, -1) {
		served = append(served, line[1])
	}
	slices.Sort(served)
	if diff := cmp.Diff(told, served); diff != "" {
		t.Errorf("docs/metrics.md and /metrics differ: %s", diff)
	}
}

func fetchText(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %d, %v: %s", resp.StatusCode, err, text)
	}
	http.DefaultClient.CloseIdleConnections()
	return string(text)
}

// A server outlives the reader of its log: a collector that is restarted, the tee behind a pipe.
func TestLogWithoutReader(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	s.log.refuse()
	for range 3 {
		if a := s.get(t, s.signed("url", o.url+"/missing.jpg")); a.status != http.StatusNotFound {
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
}

// Between the signal and the end, the service says that it is not ready and goes on serving.
func TestDrainDelay(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "IMAGEKIT_DRAIN_DELAY=2s")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.told = true
	eventually(t, "/ready says so", func() bool { return s.get(t, "/ready").status == http.StatusServiceUnavailable })
	if a := s.get(t, s.signed("url", o.url+"/photo.jpg", "w", "64")); a.status != http.StatusOK {
		t.Errorf("a new connection got %d %s", a.status, a.body)
	}
}
