//go:build unix

package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestPurgeOverHTTP: what is purged is not used from the answer on, neither here nor after a restart, and nothing else
// is touched.
func TestPurgeOverHTTP(t *testing.T) {
	t.Parallel()
	const purger = "a-purge-token-of-this-test"
	dir := t.TempDir()
	env := []string{"IMAGEKIT_CACHE_DIR=" + dir, "IMAGEKIT_PURGE_TOKEN=" + purger, "IMAGEKIT_CACHE_TAGS=1"}
	o, s := newOrigin(t), start(t, env...)
	o.cacheControl("max-age=300") // the source is in memory, too
	o.put("/shop/a.jpg", photo(t, 300, 200))
	o.put("/shop/b.jpg", photo(t, 300, 200))
	states := func(when string, want ...string) {
		t.Helper()
		for i, pairs := range [][]string{
			{"url", o.url + "/shop/a.jpg", "w", "64"},
			{"url", o.url + "/shop/a.jpg", "w", "64", "v", "7"},
			{"url", o.url + "/shop/b.jpg", "w", "64"},
		} {
			a := s.picture(t, pairs...)
			if got := a.cacheState(); got != want[i] {
				t.Errorf("%s: picture %d: got %s, want %s", when, i, got, want[i])
			}
			if a.header.Get("Surrogate-Key") == "" {
				t.Error("no tag")
			}
		}
		s.stored(t)
	}
	purge := func(method, path, body string) {
		t.Helper()
		if a := s.must(t, method, path, strings.NewReader(body), "Authorization",
			"Bearer "+purger); a.status != http.StatusNoContent {
			t.Fatalf("%s %s: %d: %s", method, path, a.status, a.body)
		}
	}
	const hit, miss = "HIT", "MISS"
	states("at first", miss, miss, miss)
	states("kept", hit, hit, hit)
	before := o.count("/shop/a.jpg")
	purge(http.MethodDelete, "/cache?url="+o.url+"/shop/a.jpg&v=7", "")
	states("one v", hit, miss, hit)
	if n := o.count("/shop/a.jpg"); n != before+1 {
		t.Errorf("%d downloads, want one more than %d", n, before)
	}
	purge(http.MethodPost, "/cache/purge", "url="+o.url+"/shop/a.jpg\n")
	states("one source", miss, miss, hit)
	purge(http.MethodDelete, "/cache?url="+o.url+"/shop/*", "")
	s.stop(t)
	s = start(t, env...)
	states("a folder, after a restart", miss, miss, miss)
	states("kept again", hit, hit, hit)
	if a := s.must(t, http.MethodDelete, "/cache?url="+o.url+"/shop/a.jpg", nil); a.status != http.StatusForbidden {
		t.Errorf("a local caller without a token: %d", a.status)
	}
}
