package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// jobsVariable names the environment variable with the directory of TestDoJobs.
const jobsVariable = "IMAGEKIT_JOBS"

// TestDoJobs does the jobs of a directory: N.src by N.query to N.out, a result or an error. TestEnginesAgree calls it in
// a build without cgo.
func TestDoJobs(t *testing.T) {
	dir := os.Getenv(jobsVariable)
	if dir == "" {
		t.Skip(jobsVariable + " names no directory with jobs")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.src"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no jobs in %s: %v", dir, err)
	}
	for _, name := range names {
		stem := strings.TrimSuffix(name, ".src")
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		query, err := os.ReadFile(stem + ".query")
		if err != nil {
			t.Fatal(err)
		}
		out, err := doJob(src, string(query))
		if err != nil {
			out = []byte(err.Error())
		}
		write(t, stem+".out", out)
	}
}

// doJob does a whole job.
func doJob(src []byte, query string) ([]byte, error) {
	q, err := param.Split(query)
	if err != nil {
		return nil, err
	}
	p, err := q.Params()
	if err != nil {
		return nil, err
	}
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return nil, err
	}
	pl, err := plan.New(info, p, p.Format, limits)
	if err != nil {
		return nil, err
	}
	out, _, err := Engine{}.Run(&blob.Blob{Data: src, Format: info.Format}, pl)
	if err != nil {
		return nil, err
	}
	return out.Data, nil
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
