//go:build unix

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"imagekit/internal/testkit/s3gateway"
)

// metric returns a figure without labels from /metrics.
func (s *server) metric(t *testing.T, name string) float64 {
	t.Helper()
	_, text, _ := strings.Cut(string(s.get(t, "/metrics").body), "\n"+name+" ")
	line, _, _ := strings.Cut(text, "\n")
	n, err := strconv.ParseFloat(line, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// gave waits until a server has given the others that many results.
func (s *server) gave(t *testing.T, results float64) {
	t.Helper()
	eventually(t, "results are given to others", func() bool {
		return s.metric(t,
			"imagekit_shared_writes_total") == results
	})
}

var bucketKeys = []string{"AWS_ACCESS_KEY_ID=" + s3gateway.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3gateway.SecretKey}

// TestSharedResults: what one instance makes another finds; a purge asked of one holds for both, and for one that starts
// later; and an entry that is rotten or not ours is not served.
func TestSharedResults(t *testing.T) {
	t.Parallel()
	stores := map[string]func(t *testing.T) (env []string, dir string){
		"folder": func(t *testing.T) ([]string, string) {
			dir := t.TempDir()
			return []string{"IMAGEKIT_RESULTS=file://" + dir + "?size=64MiB"}, dir
		},
		"bucket": func(t *testing.T) ([]string, string) {
			g := s3gateway.Start(t)
			return append([]string{"IMAGEKIT_RESULTS=" + g.URL("results")}, bucketKeys...), filepath.Join(g.Dir,
				s3gateway.Bucket)
		},
	}
	for name, store := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, dir := store(t)
			o, one, other := newOrigin(t), start(t, env...), start(t, env...)
			pairs := []string{"url", o.url + "/photo.jpg", "w", "64"}
			first := one.picture(t, pairs...)
			first.wantState(t, "MISS")
			one.gave(t, 1)
			for range 2 { // from the store, then from its own disk
				a := other.picture(t, pairs...)
				a.wantState(t, "HIT")
				wantSame(t, a, first)
			}
			other.stored(t)
			if n := o.count("/photo.jpg"); n != 1 || other.metric(t, "imagekit_shared_hits_total") != 1 {
				t.Errorf("%d downloads, %v found at the store, want 1 and 1", n,
					other.metric(t, "imagekit_shared_hits_total"))
			}
			a := one.must(t, http.MethodDelete, "/cache?url="+o.url+"/photo.jpg", nil, "Authorization", "Bearer "+testToken)
			if a.status != http.StatusOK || !strings.Contains(string(a.body), `"others":"within 10s"`) {
				t.Fatalf("purge: %d %s", a.status, a.body)
			}
			late := start(t, env...)
			late.picture(t, pairs...).wantState(t, "MISS")
			late.gave(t, 1)
			one.picture(t, pairs...).wantState(t, "HIT") // of the late one
			eventually(t, "the purge has reached the other", func() bool {
				return other.picture(t, pairs...).cacheState() == "HIT" && other.metric(t, "imagekit_shared_hits_total") == 2
			})
			rot(t, dir)
			start(t, env...).picture(t, pairs...).wantState(t, "MISS")
		})
	}
}

// rot harms every file below a directory.
func rot(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "purges") {
			return err
		}
		return os.WriteFile(path, []byte("<html>this is not ours</html>"), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSharedStoreAway: no request fails for it, /ready and one line of the log say so, and it is used again when it is back.
func TestSharedStoreAway(t *testing.T) {
	t.Parallel()
	g := s3gateway.Start(t)
	env := append([]string{"IMAGEKIT_RESULTS=" + g.URL("results")}, bucketKeys...)
	o, s := newOrigin(t), start(t, env...)
	picture := func(s *server, width int) { s.picture(t, "url", o.url+"/photo.jpg", "w", strconv.Itoa(width)) }
	picture(s, 50)
	s.gave(t, 1)
	g.Kill()
	for i := range 20 {
		picture(s, 51+i)
	}
	eventually(t, "/ready says so", func() bool {
		a := s.get(t, "/ready")
		return a.status == http.StatusOK && strings.Contains(string(a.body), `"shared_results":"away"`)
	})
	if n := len(s.log.all(func(e entry) bool {
		return strings.HasPrefix(e.msg(),
			"the store of shared results fails")
	})); n != 1 {
		t.Errorf("%d lines in the log, want 1", n)
	}
	a := s.must(t, http.MethodDelete, "/cache?url="+o.url+"/photo.jpg", nil, "Authorization", "Bearer "+testToken)
	if a.status != http.StatusServiceUnavailable || !strings.Contains(string(a.body), "purge_not_shared") {
		t.Errorf("a purge that nobody else can hear of: %d %s", a.status, a.body)
	}
	late := start(t, env...) // it starts all the same
	picture(late, 50)
	g.Restart(t, "")
	width := 100
	eventually(t, "it is used again", func() bool {
		width++
		picture(s, width)
		return strings.Contains(string(s.get(t, "/ready").body), `"shared_results":"ok"`)
	})
}

// TestSharedSettings: what an operator has to set right ends the start with exit status 2.
func TestSharedSettings(t *testing.T) {
	t.Parallel()
	g := s3gateway.Start(t)
	good := g.URL("results")
	for _, tt := range []struct{ name, results, secret, want string }{
		{"wrong secret", good, "wrong", "SignatureDoesNotMatch"},
		{"wrong bucket", strings.Replace(good, s3gateway.Bucket, "another", 1), s3gateway.SecretKey, "NoSuchBucket"},
		{"no URL", "images", s3gateway.SecretKey, "want s3://BUCKET/PREFIX"},
		{"a password in it", "s3://user:hunter2@b/", s3gateway.SecretKey, "want no user or password"},
		{"no folder", "file:///no/such/folder", s3gateway.SecretKey, "want a directory that exists"},
		{"a bad size", "file:///tmp?size=much", s3gateway.SecretKey, "want a size"},
		{"one slash", "file:/tmp/x?x=1", s3gateway.SecretKey, "want size alone"},
	} {
		_, errs, code := run(t, []string{
			"IMAGEKIT_RESULTS=" + tt.results, "IMAGEKIT_ADDR=127.0.0.1:0", "IMAGEKIT_CACHE_DIR=" + t.TempDir(),
			"AWS_ACCESS_KEY_ID=" + s3gateway.AccessKey, "AWS_SECRET_ACCESS_KEY=" + tt.secret,
		}, "serve")
		if code != 2 || !strings.Contains(errs, "IMAGEKIT_RESULTS") || !strings.Contains(errs, tt.want) ||
			strings.Contains(errs, "hunter2") {
			t.Errorf("%s: exit status %d: %s", tt.name, code, errs)
		}
	}
}
