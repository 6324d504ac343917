// Package deploy holds what operators start from, and the checks of it by the tools it is for. Kubernetes, Compose and
// Docker files are looked at by the module in check/; nginx and Prometheus at work by e2e/.
package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tool skips a test, aloud, where a program is missing. CI has them all: scripts/deps.sh test.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed; scripts/deps.sh test does that on Debian", name)
	}
}

// run runs a tool that must be content, and returns what it says.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// units writes the units as they are, but for the program, which is none of this machine, and returns their paths.
func units(t *testing.T) (service, socket string) {
	t.Helper()
	dir := t.TempDir()
	service, socket = filepath.Join(dir, "imagekit.service"), filepath.Join(dir, "imagekit.socket")
	const program = "ExecStart=/usr/local/bin/imagekit "
	text := read(t, "systemd/imagekit.service")
	if strings.Count(text, program) != 1 {
		t.Fatalf("no %s", program)
	}
	for path, text := range map[string]string{
		service: strings.Replace(text, program, "ExecStart=/bin/true ", 1), socket: read(t, "systemd/imagekit.socket"),
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return service, socket
}

func TestUnitsAreUnderstood(t *testing.T) {
	tool(t, "systemd-analyze")
	service, socket := units(t)
	var complaints []string
	for line := range strings.Lines(run(t, "", "systemd-analyze", "verify", "--man=no", service, socket)) {
		if strings.Contains(line, "imagekit") { // not what other units of this machine have
			complaints = append(complaints, line)
		}
	}
	if len(complaints) > 0 { // unknown names are ignored with exit status 0
		t.Errorf("systemd says: %s", complaints)
	}
}

// TestUnitIsHardened: 0 is a service that can do nothing, 10 one that may do everything.
func TestUnitIsHardened(t *testing.T) {
	tool(t, "systemd-analyze")
	service, _ := units(t)
	out := run(t, "", "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", service)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	t.Log(lines[len(lines)-1])
}

// TestUnitLetsTheServiceEnd: what the service needs to end well is more than systemd's defaults give.
func TestUnitLetsTheServiceEnd(t *testing.T) {
	text := read(t, "systemd/imagekit.service")
	for _, line := range []string{
		"TimeoutStopSec=40", // the drain delay (5 s), IMAGEKIT_REQUEST_TIMEOUT (30 s), a second
		"KillMode=mixed",    // workers may end their pictures
		"OOMPolicy=continue", "LimitNOFILE=65536", "Type=notify", "WatchdogSec=30",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
}

// TestSettingsExist: a misspelt variable would be ignored without a word.
func TestSettingsExist(t *testing.T) {
	known := read(t, "../docs/settings.md")
	name := regexp.MustCompile(`\bIMAGEKIT_[A-Z_]+`)
	var proxies []string
	for _, path := range files(t) {
		text := read(t, path)
		for _, variable := range name.FindAllString(text, -1) {
			if !strings.Contains(known, "`"+variable+"`") && variable != "IMAGEKIT_PORT" { // a service link of Kubernetes
				t.Errorf("%s: there is no setting %s", path, variable)
			}
		}
		if regexp.MustCompile(`IMAGEKIT_TRUSTED_PROXIES(=|: |, value: )\S`).MatchString(text) {
			proxies = append(proxies, path)
		}
	}
	want := []string{"docker/compose.yaml", "kubernetes/imagekit.yaml", "systemd/imagekit.env"}
	if slices.Sort(proxies); !slices.Equal(proxies, want) {
		t.Errorf("IMAGEKIT_TRUSTED_PROXIES is set in %v, want %v: without it all clients are one", proxies, want)
	}
}

// TestNobodyIsLocal: proxies and sidecars may run as the server's own user or as root, so the token alone counts.
func TestNobodyIsLocal(t *testing.T) {
	off := regexp.MustCompile(`\bIMAGEKIT_LOCAL(=|: |, value: )"?off\b`)
	for _, path := range []string{
		"systemd/imagekit.env", "docker/Dockerfile", "docker/compose.yaml",
		"kubernetes/imagekit.yaml",
	} {
		if !off.MatchString(read(t, path)) {
			t.Errorf("%s does not say IMAGEKIT_LOCAL=off", path)
		}
	}
}

// TestOneSpelling: what stands behind a CDN lets one signature have one URL.
func TestOneSpelling(t *testing.T) {
	one := regexp.MustCompile(`\bIMAGEKIT_SPELLING(=|: |, value: )redirect\b`)
	for _, path := range []string{"systemd/imagekit.env", "docker/compose.yaml", "kubernetes/imagekit.yaml"} {
		if !one.MatchString(read(t, path)) {
			t.Errorf("%s does not say IMAGEKIT_SPELLING=redirect", path)
		}
	}
}

// files lists what is deployed.
func files(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"*/*", "docker/.*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && filepath.Dir(path) != "check" {
				list = append(list, path)
			}
		}
	}
	if len(list) < 12 {
		t.Fatalf("found %v only", list)
	}
	return list
}

func TestAlerts(t *testing.T) {
	tool(t, "promtool")
	run(t, "prometheus", "promtool", "check", "config", "prometheus.yaml") // and the rules it names
	run(t, "prometheus", "promtool", "test", "rules", "rules_test.yaml")
	alerts := strings.Count(read(t, "prometheus/rules.yaml"), "- alert: ")
	if tested := regexp.MustCompile(`value: (\d+)}\] # all`).FindStringSubmatch(read(t,
		"prometheus/rules_test.yaml")); tested == nil || tested[1] != strconv.Itoa(alerts) {
		t.Errorf("%d alerts, but rules_test.yaml raises %v", alerts, tested)
	}
}

// TestMetricsExist: every metric that an alert or a panel names is one that the program documents, or one of the
// process or of Prometheus.
func TestMetricsExist(t *testing.T) {
	known := read(t, "../docs/metrics.md")
	name := regexp.MustCompile(`\bimagekit_[a-z_]+`)
	suffix := regexp.MustCompile(`_(bucket|sum|count)$`)
	total := 0
	for _, path := range []string{"prometheus/rules.yaml", "prometheus/rules_test.yaml", "grafana/dashboard.json"} {
		for _, metric := range name.FindAllString(read(t, path), -1) {
			total++
			if !strings.Contains(known, "| `"+metric+"` |") &&
				!strings.Contains(known, "| `"+suffix.ReplaceAllString(metric, "")+"` | histogram |") {
				t.Errorf("%s: there is no metric %s", path, metric)
			}
		}
	}
	if total < 100 {
		t.Errorf("%d names of metrics found, want all", total)
	}
}
