package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// infoExpression marks the blocks whose expressions are compared with the metrics of a running server.
const infoExpression = "promql"

// exposed are metrics with the names of their labels, as a server told them.
type exposed map[string][]string

var (
	sample     = regexp.MustCompile(`(?m)^([a-z_]+)(?:\{(.*)\})? [^ ]+$`)
	labelName  = regexp.MustCompile(`([a-z_]+)=~?"`)
	metricUsed = regexp.MustCompile(`\b((?:imagekit|process|go)_[a-z_]+)(?:\{([^}]*)\})?`)
	grouped    = regexp.MustCompile(`\b(?:by|without) \(([^)]*)\)`)
)

// add takes in the text that /metrics answers with.
func (e exposed) add(text string) {
	for _, m := range sample.FindAllStringSubmatch(text, -1) {
		labels := e[m[1]]
		for _, l := range labelName.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(labels, l[1]) {
				labels = append(labels, l[1])
			}
		}
		e[m[1]] = labels
	}
}

// check wants every metric of the expressions to exist, with the labels that choose from it or group it.
func (e exposed) check(expressions string) (err error) {
	for line := range strings.SplitSeq(expressions, "\n") {
		line, _, _ = strings.Cut(line, "#")
		var known []string
		for _, m := range metricUsed.FindAllStringSubmatch(line, -1) {
			labels, there := e[m[1]]
			if !there {
				err = errors.Join(err, fmt.Errorf("no metric is named %s", m[1]))
				continue
			}
			known = append(known, labels...)
			for _, l := range labelName.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(labels, l[1]) {
					err = errors.Join(err, fmt.Errorf("%s has the labels %v, not %s", m[1], labels, l[1]))
				}
			}
		}
		for _, m := range grouped.FindAllStringSubmatch(line, -1) {
			for name := range strings.SplitSeq(m[1], ",") {
				if name = strings.TrimSpace(name); !slices.Contains(known, name) {
					err = errors.Join(err, fmt.Errorf("%q groups by a label that none of its metrics has: %s", line, name))
				}
			}
		}
	}
	return err
}

func TestExpressionsAreChecked(t *testing.T) {
	e := exposed{}
	e.add("# HELP imagekit_a_total x\nimagekit_a_total{route=\"/img\",status=\"2xx\"} 1\nimagekit_b_bucket{le=\"+Inf\"} " +
		"3e+08\nimagekit_c 0\n")
	for expression, want := range map[string]string{
		`sum by (route) (rate(imagekit_a_total{status=~"5..", route="/img"}[5m])) / imagekit_c`: "",
		"histogram_quantile(0.95, sum by (le) (rate(imagekit_b_bucket[5m]))) # of imagekit_d":   "",
		"imagekit_d":                        "no metric is named imagekit_d",
		`imagekit_c{code="x"}`:              "imagekit_c has the labels [], not code",
		"sum by (le) (imagekit_a_total)":    "groups by a label that none of its metrics has: le",
		"sum without (le) (imagekit_c)":     "groups by",
		"process_resident_memory_bytes":     "no metric is named process",
		"imagekit_b":                        "no metric is named imagekit_b",
		`rate(imagekit_a_total{a="b"}[1m])`: "not a",
	} {
		if err := e.check(expression); want == "" && err != nil || want != "" &&
			(err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", expression, err, want)
		}
	}
}

// Prometheus' own tool reads every expression, where it is installed.
func TestExpressionsAreRead(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skipf("the expressions of the guide are not read by Prometheus: %v", err)
	}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: guide\n  rules:\n")
	blocks, _ := parseBlocks(readGuide(t))
	n := 0
	for _, b := range blocks {
		if b.info != infoExpression {
			continue
		}
		for line := range strings.SplitSeq(b.text, "\n") {
			n++
			fmt.Fprintf(&rules, "  - record: guide:line%d\n    expr: %q\n", n, line)
		}
	}
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(rules.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), tool, "check", "rules", path).CombinedOutput(); err != nil || n < 10 {
		t.Errorf("%d expressions, %v\n%s", n, err, out)
	}
}
