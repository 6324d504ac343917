//go:build unix

package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// TestFolder: files of a folder are sources of /img and of every dialect with paths, and nothing leads out of it.
func TestFolder(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	root := filepath.Join(base, "pictures")
	for _, name := range []string{"secret.jpg", "pictures/a.jpg", "pictures/2024/b c%.jpg"} {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, photo(t, 300, 200), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out.jpg": "../secret.jpg", "up": ".."} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.jpg"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, append(imgproxySettings, "IMAGEKIT_LOCAL_ROOT="+root, "IMAGEKIT_DIALECTS=imgproxy,cloudflare,next,thumbor,imagor:/imagor",
		"IMAGEKIT_DIALECTS_UNSIGNED=1", "IMAGEKIT_ALLOWED_HOSTS=example.com", "DISABLE_RATE_LIMIT=1", "IMAGEKIT_PURGE_TOKEN=a-token-of-this-test")...)
	for _, source := range []string{"local:a.jpg", "/a.jpg", "/2024/b c%.jpg"} {
		s.picture(t, "url", source, "w", "100", "f", "webp")
	}
	for source, want := range map[string]fault.Kind{
		"local:none.jpg": fault.SourceNotFound, "/2024": fault.SourceNotFound, "/pipe.jpg": fault.SourceNotFound, "/out.jpg": fault.SourceForbidden,
		"/up/secret.jpg": fault.SourceForbidden, "/../secret.jpg": fault.BadSource, "local:" + base + "/secret.jpg": fault.BadSource,
	} {
		refusal(t, s.img(t, "url", source, "w", "100"), want)
	}
	for _, path := range []string{
		"/cdn-cgi/image/w=240/a.jpg", "/cdn-cgi/image/w=240/2024/b c%.jpg", "/_next/image?w=256&q=75&url=" + url.QueryEscape("/2024/b%20c%25.jpg?v=1"),
		"/insecure/rs:fit:100:100/plain/local:///a.jpg", "/insecure/rs:fit:100:100/plain/a.jpg", "/unsafe/fit-in/100x100/a.jpg", "/imagor/unsafe/100x0/a.jpg",
	} {
		if a := s.get(t, path); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "image/") {
			t.Errorf("%s: %d %.200s", path, a.status, a.body)
		}
	}
	refusal(t, s.get(t, "/cdn-cgi/image/w=240/up/secret.jpg"), fault.SourceForbidden)
	refusal(t, s.get(t, "/insecure/plain/local:///../secret.jpg"), fault.BadSource)
	refusesToStart(t, []string{"IMAGEKIT_LOCAL_ROOT=" + root, "IMAGEKIT_BASE_URL=https://example.com"}, nil, []string{"IMAGEKIT_LOCAL_ROOT", "IMAGEKIT_BASE_URL"})
}

// TestBaseURL: a path alone lies below the operator's site, and is purged by its whole URL.
func TestBaseURL(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.put("/media/a b.jpg", photo(t, 300, 200))
	s := start(t, "IMAGEKIT_BASE_URL="+o.url+"/media")
	s.picture(t, "url", "/a b.jpg", "w", "100")
	if n := o.count("/media/a%20b.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times: %v", n, o.asked)
	}
	refusal(t, s.img(t, "url", "/%2e%2e/a.jpg", "w", "100"), fault.BadSource)
	refusal(t, s.img(t, "url", "local:a.jpg", "w", "100"), fault.SourceForbidden)
}
