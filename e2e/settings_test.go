//go:build unix

package e2e

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusesToStart runs the server with these settings and wants status 2, the names in its words on standard error, and
// that it never listened.
func refusesToStart(t *testing.T, env, args, names []string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cache")
	env = append([]string{"IMAGEKIT_ADDR=127.0.0.1:0", "IMAGEKIT_CACHE_DIR=" + dir, "IMAGEKIT_SECRET=" + testSecret}, env...)
	stdout, stderr, code := run(t, env, append([]string{"serve"}, args...)...)
	if code != 2 || stdout != "" || strings.Contains(stderr, "listening\"") {
		t.Errorf("got exit status %d, stdout %q and stderr %q; want 2 and words on stderr alone", code, stdout, stderr)
	}
	for _, name := range names {
		if !strings.Contains(stderr, name) {
			t.Errorf("stderr does not name %q: %s", name, stderr)
		}
	}
	if strings.Contains(stderr, testSecret) {
		t.Errorf("stderr tells the secret: %s", stderr)
	}
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		{"IMAGEKIT_ADDR", "8080"},
		{"IMAGEKIT_ADDR", "127.0.0.1:99999"},
		{"IMAGEKIT_PUBLIC_UPLOAD", "maybe"},
		{"IMAGEKIT_SAMPLES", "2"},
		{"IMAGEKIT_SECRET_FILE", "/nowhere/secret"},
		{"IMAGEKIT_SECRET_PREVIOUS", "one,,two"},
		{"IMAGEKIT_SECRET_PREVIOUS_FILE", "/nowhere/secret"},
		{"IMAGEKIT_SIGN_TOKEN_FILE", "/nowhere/token"},
		{"IMAGEKIT_WIDTHS", "0,320"},
		{"IMAGEKIT_WIDTHS", ","},
		{"IMAGEKIT_QUALITIES", "50,101"},
		{"IMAGEKIT_FREE_MAX", "0"},
		{"IMAGEKIT_IGNORE", "utm_*,si*"},
		{"IMAGEKIT_ALLOWED_HOSTS", "https://example.com"},
		{"IMAGEKIT_ALLOWED_NETWORKS", "10.0.0.0/33"},
		{"IMAGEKIT_ALLOWED_PORTS", "80,http"},
		{"IMAGEKIT_LOCAL_ROOT", "/nowhere/pictures"},
		{"IMAGEKIT_USER_AGENT", "two\nlines"},
		{"IMAGEKIT_MAX_INPUT_SIZE", "8 elephants"},
		{"IMAGEKIT_FETCHES", "0"},
		{"IMAGEKIT_FETCH_BYTES", "1MiB"}, // less than one source
		{"IMAGEKIT_FETCH_TIMEOUT", "10"},
		{"IMAGEKIT_ALLOWED_FORMATS", "jpeg,bmp"},
		{"IMAGEKIT_DEFAULT_FORMAT", "tiff"},
		{"IMAGEKIT_MAX_PIXELS", "-1"},
		{"IMAGEKIT_MAX_OUTPUT_PIXELS", "many"},
		{"IMAGEKIT_WORKERS", "0"},
		{"IMAGEKIT_QUEUE", "1.5"},
		{"IMAGEKIT_MEMORY", "0"},
		{"IMAGEKIT_REQUEST_TIMEOUT", "-1s"},
		{"IMAGEKIT_CACHE_DIR", "/dev/null/cache"},
		{"IMAGEKIT_CACHE_SIZE", "10GiB or so"},
		{"IMAGEKIT_TRUSTED_PROXIES", "localhost"},
		{"IMAGEKIT_RATE_LIMIT", "fast"},
		{"IMAGEKIT_RATE_BURST", "0"},
		{"IMAGEKIT_RATE_LIMIT_COUNT", "some"},
		{"DISABLE_RATE_LIMIT", "yes please"},
		{"IMAGEKIT_LOG", "loud"},
		{"IMAGEKIT_LOG_FORMAT", "xml"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			t.Parallel()
			env := []string{c.name + "=" + c.value}
			if c.name == "IMAGEKIT_SECRET_FILE" {
				env = append(env, "IMAGEKIT_SECRET=") // else both forms were given
			}
			refusesToStart(t, env, nil, []string{c.name})
		})
	}
}

func TestSettingsThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for _, c := range []struct {
		name            string
		env, args, want []string
	}{
		{
			name: "all mistakes at once",
			env: []string{
				"IMAGEKIT_WORKERS=none", "IMAGEKIT_LOG=loud", "IMAGEKIT_SECRET_FILE=/nowhere",
				"IMAGEKIT_SECRET=",
			},
			args: []string{"--cache-size", "huge"},
			want: []string{"IMAGEKIT_WORKERS", "IMAGEKIT_LOG", "IMAGEKIT_SECRET_FILE", "--cache-size"},
		},
		{
			name: "weak secret for the world", env: []string{"IMAGEKIT_ADDR=0.0.0.0:0", "IMAGEKIT_SECRET=short"},
			want: []string{"IMAGEKIT_SECRET", "32"},
		},
		{
			name: "no secret for the world", env: []string{"IMAGEKIT_ADDR=:0", "IMAGEKIT_SECRET="},
			want: []string{"IMAGEKIT_SECRET", "32"},
		},
		{
			name: "secret twice", env: []string{"IMAGEKIT_SECRET_FILE=/nowhere"},
			want: []string{"IMAGEKIT_SECRET", "IMAGEKIT_SECRET_FILE"},
		},
		{
			name: "format not allowed", env: []string{"IMAGEKIT_ALLOWED_FORMATS=jpeg"}, args: []string{"--default-format=png"},
			want: []string{"--default-format", "IMAGEKIT_ALLOWED_FORMATS"},
		},
		{
			name: "occupied port", env: []string{"IMAGEKIT_ADDR=" + taken.Addr().String()},
			want: []string{"IMAGEKIT_ADDR", taken.Addr().String()},
		},
		{name: "unknown flag", args: []string{"--cache-directory=/tmp"}, want: []string{"--help"}},
		{name: "argument", args: []string{"now"}, want: []string{"now", "--help"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refusesToStart(t, c.env, c.args, c.want)
		})
	}
}

// A directory that exists but cannot be written to is a setting like any other.
func TestCacheDirectoryReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		f.Close()
		t.Skip("this user may write where nobody may: read-only directories cannot be tested")
	}
	refusesToStart(t, []string{"IMAGEKIT_CACHE_DIR=" + dir}, nil, []string{"IMAGEKIT_CACHE_DIR"})
}

// The playground is one page that needs nothing from elsewhere.
func TestPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.get(t, "/")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/html; charset=utf-8" ||
		!strings.Contains(string(a.body), "sample:photo") {
		t.Errorf("got %d, %s and %.300q; want the page with the samples", a.status, a.header.Get("Content-Type"), a.body)
	}
	policy := a.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
		strings.Contains(policy, "http") {
		t.Errorf("Content-Security-Policy: got %q, want one that lets in nothing from elsewhere", policy)
	}
}

// What is empty counts as unset, flags beat the environment, and a weak secret on loopback is only a warning.
func TestSettingsInForce(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_LOG=", "RUST_LOG=imagekit=debug,tower_http=info", "IMAGEKIT_SECRET=weak", "IMAGEKIT_SAMPLES=0")
	if s.log.all(func(e entry) bool { return e.level() == "WARN" && strings.Contains(e.msg(), "IMAGEKIT_SECRET") }) == nil {
		t.Errorf("%s\nno warning about the weak secret", s.log.tail(t))
	}
	if a := s.img(t, "url", "sample:photo"); a.status != http.StatusForbidden {
		t.Errorf("sample: got %d, want 403 where they are off", a.status)
	}
	health := s.get(t, "/health")
	if want := `{"status":"healthy","version":"` + testVersion + `"}`; os.Getenv("IMAGEKIT_BINARY") == "" &&
		strings.TrimSpace(string(health.body)) != want {
		t.Errorf("/health: got %s, want %s", health.body, want)
	}
	env := []string{"IMAGEKIT_ADDR=" + s.addr()}
	if _, stderr, code := run(t, env, "healthcheck"); code != 0 {
		t.Errorf("healthcheck of a healthy server: status %d: %s", code, stderr)
	}
	s.stop(t)
	if _, _, code := run(t, env, "healthcheck"); code != 1 {
		t.Errorf("healthcheck of nothing: status %d, want 1", code)
	}
}

// A misspelt setting ends the program before anything else, by every command that reads settings.
func TestMisspeltSetting(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "healthcheck"} {
		_, stderr, code := run(t, []string{
			"IMAGEKIT_SECERT=x", "IMAGEKIT_SERVICE_HOST=10.0.0.1",
			"IMAGEKIT_PORT=tcp://10.0.0.1:80",
		}, command)
		if code != 2 || !strings.Contains(stderr, "IMAGEKIT_SECERT") ||
			!strings.Contains(stderr, "did you mean IMAGEKIT_SECRET?") || strings.Contains(stderr, "10.0.0.1") {
			t.Errorf("%s: exit status %d, %s", command, code, stderr)
		}
	}
}
