//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDashboard: a real Prometheus scrapes a real instance during a mixed load. Then every query of the dashboard has
// data, and no alert says that something is broken.
func TestDashboard(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("prometheus"); err != nil {
		t.Skip("prometheus is not installed; scripts/deps.sh test does that on Debian")
	}
	s := start(t, "IMAGEKIT_ADMIN_ADDR=127.0.0.1:0")
	prometheus := startPrometheus(t, s.log.find("metrics").text("addr"))
	load, o := 0, newOrigin(t)
	missing := panels(t)
	eventually(t, "all queries have data", func() bool {
		mixedLoad(t, s, o, load)
		load++
		for query, panel := range missing {
			n, err := prometheus.samples(query)
			if err != nil {
				t.Fatalf("%s: %v", panel, err)
			}
			if n > 0 {
				delete(missing, query)
			}
		}
		if load%500 == 0 {
			t.Logf("after %d rounds without data: %v", load, missing)
		}
		return len(missing) == 0
	})
	if n, err := prometheus.samples(`ALERTS{alertstate="firing",alertname=~"ImageKit(Down|WorkersMissing|InternalErrors|CacheBroken|CacheCorrupt)"}`); n > 0 || err != nil {
		t.Errorf("%d alerts about a sound server, %v", n, err)
	}
}

// panels returns the dashboard's queries, each with the title of its panel.
func panels(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../deploy/grafana/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			// As Grafana fills them in for all instances, with a range to suit the scrapes of this test.
			query := strings.NewReplacer("$instance", ".*", "$__rate_interval", "20s").Replace(target.Expr)
			if strings.Contains(query, "$") {
				t.Errorf("%s: a variable that is unknown here: %s", p.Title, query)
			}
			queries[query] = p.Title
		}
	}
	if len(queries) < 50 {
		t.Fatalf("%d queries, want all", len(queries))
	}
	return queries
}

// mixedLoad asks for something of everything: hits, misses, uploads, signatures, and what fails.
func mixedLoad(t *testing.T, s *server, o *origin, round int) {
	t.Helper()
	for i, format := range []string{"jpeg", "webp", "avif", "png"} {
		s.img(t, "url", o.url+"/photo.jpg", "w", fmt.Sprint(32+8*i), "f", format)
		s.img(t, "url", o.url+"/photo.jpg", "w", "32", "f", format, "v", fmt.Sprint(round))
	}
	s.img(t, "url", o.url+"/missing.jpg")
	s.get(t, "/img?w=1&url="+o.url+"/photo.jpg")
	s.get(t, "/sign?w=1&url="+o.url+"/photo.jpg")
	body, contentType := form(t, o.files["/small.png"], nil)
	s.must(t, http.MethodPost, "/upload", body, "Content-Type", contentType)
}

// prometheus is one that runs.
type prometheus struct{ url string }

// startPrometheus runs it with deploy/prometheus, but for the target and shorter intervals.
func startPrometheus(t *testing.T, target string) prometheus {
	t.Helper()
	dir, addr := t.TempDir(), "127.0.0.1:"+freePort(t)
	config := adapt(t, "../deploy/prometheus/prometheus.yaml", "127.0.0.1:8081\n", target+"\n", "interval: 15s",
		"interval: 200ms")
	write(t, filepath.Join(dir, "prometheus.yaml"), config)
	write(t, filepath.Join(dir, "rules.yaml"), adapt(t, "../deploy/prometheus/rules.yaml"))
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the process has its own copy
	cmd := exec.Command("prometheus", "--config.file="+filepath.Join(dir, "prometheus.yaml"), "--web.listen-address="+addr,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--log.level=warn")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // what it stored is of no use
		_ = cmd.Wait()
		http.DefaultClient.CloseIdleConnections()
		if t.Failed() {
			text, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("Prometheus says:\n%.1500s", text)
		}
	})
	p := prometheus{"http://" + addr}
	eventually(t, "Prometheus answers", func() bool {
		n, err := p.samples(`up{job="imagekit"} == 1`)
		return err == nil && n == 1
	})
	return p
}

// samples returns how many a query finds now that are numbers: a quotient of nothing is none.
func (p prometheus) samples(query string) (n int, err error) {
	resp, err := http.Get(p.url + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []struct{ Value [2]any } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("%s: %s", query, answer.Error)
	}
	for _, r := range answer.Data.Result {
		if r.Value[1] != "NaN" {
			n++
		}
	}
	return n, nil
}
