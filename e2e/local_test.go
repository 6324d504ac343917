//go:build unix

package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// The proxies of these tests say nothing of whom they speak for, and the Host they send is a loopback name: to the
// server their requests look like those of a developer. Only the user of their connection tells.

// proxyUser is who proxies run as on Debian. A proxy can change to it from root only.
func proxyUser(t *testing.T, name string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: a proxy would run as the user of the server, which counts as local")
	}
	if _, err := user.Lookup(name); err != nil {
		t.Skipf("no proxy as another user: %v", err)
	}
}

// plainNginx starts nginx as Debian configures it, with a plain proxy_pass in front of s.
func plainNginx(t *testing.T, s *server) *server {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed; scripts/deps.sh test does that on Debian")
	}
	proxyUser(t, "www-data")
	dir, port := t.TempDir(), freePort(t)
	runNginxAs(t, "user www-data;", dir, fmt.Sprintf(`
pid %s/pid;
worker_processes auto;
events { worker_connections 768; }
http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	default_type application/octet-stream;
	access_log off;
	gzip on;
	server {
		listen 127.0.0.1:%s;
		location / { proxy_pass http://%s; }
	}
}
`, dir, port, s.addr()))
	return proxied(t, s, port)
}

// haproxy starts HAProxy in a mode, as Debian configures it.
func haproxy(t *testing.T, s *server, mode string) *server {
	t.Helper()
	if _, err := exec.LookPath("haproxy"); err != nil {
		t.Skip("haproxy is not installed; scripts/deps.sh test does that on Debian")
	}
	proxyUser(t, "haproxy")
	path, port := filepath.Join(t.TempDir(), "haproxy.cfg"), freePort(t)
	write(t, path, fmt.Sprintf(`
global
	user haproxy
	group haproxy
defaults
	mode %s
	timeout connect 5000
	timeout client  50000
	timeout server  50000
frontend all
	bind 127.0.0.1:%s
	default_backend imagekit
backend imagekit
	server imagekit %s
`, mode, port, s.addr()))
	cmd := exec.Command("haproxy", "-f", path)
	var says bytes.Buffer
	cmd.Stdout, cmd.Stderr = &says, &says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // the state says nothing of the test
		if t.Failed() {
			t.Logf("haproxy says:\n%.1500s", says.String())
		}
	})
	return proxied(t, s, port)
}

// proxied is s by way of a proxy at a port. A visitor may send any Host; localhost is the best choice.
func proxied(t *testing.T, s *server, port string) *server {
	t.Helper()
	p := &server{base: "http://localhost:" + port, secret: s.secret, client: s.client}
	eventually(t, "the proxy answers", func() bool {
		a, err := p.do(t.Context(), http.MethodGet, "/ready", nil)
		return err == nil && a.status != http.StatusBadGateway
	})
	return p
}

// trusting asks all routes that believe their caller and returns the statuses.
func trusting(t *testing.T, s *server, header ...string) map[string]int {
	t.Helper()
	body, contentType := form(t, encodePNG(t, image.NewGray(image.Rect(0, 0, 8, 8))), nil)
	const query = "url=sample:photo&w=64"
	return map[string]int{
		"/sign":      s.get(t, "/sign?"+query, header...).status,
		"POST /sign": s.must(t, http.MethodPost, "/sign", strings.NewReader(query), header...).status,
		"/source":    s.get(t, "/source?"+query, header...).status,
		"/upload": s.must(t, http.MethodPost, "/upload", body,
			append(slices.Clone(header), "Content-Type", contentType)...).status,
		"/metrics":     s.get(t, "/metrics", header...).status,
		"/stats/cache": s.get(t, "/stats/cache", header...).status,
	}
}

func wantAll(t *testing.T, who string, got map[string]int, want int) {
	t.Helper()
	for route, status := range got {
		if status != want {
			t.Errorf("%s, %s: status %d, want %d", who, route, status, want)
		}
	}
}

// A proxy on the same machine that does not say so makes nobody local.
func TestSilentProxies(t *testing.T) {
	t.Parallel()
	for name, front := range map[string]func(*testing.T, *server) *server{
		"nginx":         plainNginx,
		"haproxy, http": func(t *testing.T, s *server) *server { return haproxy(t, s, "http") },
		"haproxy, tcp":  func(t *testing.T, s *server) *server { return haproxy(t, s, "tcp") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "IMAGEKIT_SAMPLES=1")
			p := front(t, s)
			wantAll(t, "a visitor", trusting(t, p), http.StatusForbidden)
			wantAll(t, "a visitor with the token", trusting(t, p, "Authorization", "Bearer "+testToken), http.StatusOK)
			wantAll(t, "this user", trusting(t, s), http.StatusOK)
			if got := p.get(t, p.signed("url", "sample:photo", "w", "64")).status; got != http.StatusOK {
				t.Errorf("a signed picture: status %d", got)
			}
		})
	}
}

// While everybody knows the secret, a visitor by a silent proxy gets no picture however well it signs.
func TestSilentProxyAndBuiltInSecret(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_SECRET=", "IMAGEKIT_SIGN_TOKEN=")
	s.log.expect("no_secret")
	p := plainNginx(t, s)
	if got := p.get(t, p.signed("url", "sample:photo", "w", "64")).status; got != http.StatusServiceUnavailable {
		t.Errorf("a visitor's picture: status %d, want 503", got)
	}
	if got := s.get(t, s.signed("url", "sample:photo", "w", "64")).status; got != http.StatusOK {
		t.Errorf("this user's picture: status %d", got)
	}
}

// Another user of this machine is not the operator, whatever the address. Root is.
func TestOtherUsers(t *testing.T) {
	t.Parallel()
	proxyUser(t, "www-data")
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed; scripts/deps.sh test does that on Debian")
	}
	s := start(t, "IMAGEKIT_SAMPLES=1")
	for uid, want := range map[uint32]string{0: "200", 33: "403", 65534: "403"} {
		cmd := exec.Command(curl, "-s", "-w", "%{http_code}", s.base+"/sign?url=sample:photo")
		cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}, "/"
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(string(out), want) {
			t.Errorf("user %d: got %s, want %s", uid, out, want)
		}
		if want == "403" && (!strings.Contains(string(out), "sudo") ||
			!strings.Contains(string(out), "IMAGEKIT_SIGN_TOKEN")) {
			t.Errorf("user %d: %s names no remedy", uid, out)
		}
	}
}

// A server of another user than root: its own callers and root's count, others' do not.
func TestServerOfAUser(t *testing.T) {
	t.Parallel()
	proxyUser(t, "www-data")
	const uid, other = 54321, 54322
	dir, err := os.MkdirTemp("", "imagekit-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program, cache := filepath.Join(dir, "imagekit"), filepath.Join(dir, "cache")
	text, err := os.ReadFile(binary)
	if err := cmp.Or(err, os.WriteFile(program, text, 0o755), os.Chmod(dir, 0o755), os.Mkdir(cache, 0o755),
		os.Chown(cache, uid, uid)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "serve")
	cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}, dir
	s := startAs(t, cmd, "IMAGEKIT_CACHE_DIR="+cache, "IMAGEKIT_SAMPLES=1")
	for caller, want := range map[uint32]string{0: "200", uid: "200", other: "403"} {
		cmd := exec.Command("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", s.base+"/sign?url=sample:photo")
		cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: caller, Gid: caller}}, "/"
		if out, err := cmd.Output(); err != nil || string(out) != want {
			t.Errorf("user %d: got %s (%v), want %s", caller, out, err, want)
		}
	}
}

// IMAGEKIT_LOCAL=off leaves the token alone.
func TestLocalOff(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_LOCAL=off", "IMAGEKIT_SAMPLES=1")
	wantAll(t, "this user", trusting(t, s), http.StatusForbidden)
	wantAll(t, "the token", trusting(t, s, "Authorization", "Bearer "+testToken), http.StatusOK)
}

// A page of the internet cannot drive a developer's instance through the developer's browser, and a page of the
// developer's own shows pictures of it.
func TestPagesOfOthers(t *testing.T) {
	t.Parallel()
	browser := newBrowser(t)
	s := start(t, "IMAGEKIT_SECRET=", "IMAGEKIT_SIGN_TOKEN=")
	s.log.expect("no_secret")
	picture := s.signed("url", "sample:photo", "w", "64")
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>a page</title>`)
	}))
	t.Cleanup(page.Close)
	_, port, _ := strings.Cut(s.addr(), ":")
	_, pagePort, _ := strings.Cut(strings.TrimPrefix(page.URL, "http://"), ":")
	const show = `new Promise(done => { const i = new Image(); i.onload = () => done("shown"); i.onerror = () => done("refused"); i.src = %q })`
	const ask = `fetch(%q, {mode: %q}).then(r => r.type === "opaque" ? "sent" : String(r.status), () => "blocked")`
	for _, tt := range []struct{ name, at, script, want string }{
		{"own page, the other name", "127.0.0.1:" + pagePort, fmt.Sprintf(show, "http://localhost:"+port+picture), "shown"},
		{"own page, the same name", "localhost:" + pagePort, fmt.Sprintf(show, "http://localhost:"+port+picture), "shown"},
		{"page of the internet", elsewhere + ":" + pagePort, fmt.Sprintf(show, "http://localhost:"+port+picture), "refused"},
		{
			"page of the internet, by its own name", elsewhere + ":" + pagePort,
			fmt.Sprintf(show, "http://"+elsewhere+":"+port+picture), "refused",
		},
		{"rebinding", elsewhere + ":" + port, fmt.Sprintf(ask, "/sign?url=sample:photo", "cors"), "503"},
		{
			"without reading", elsewhere + ":" + pagePort,
			fmt.Sprintf(ask, "http://localhost:"+port+"/source?url=sample:photo", "no-cors"), "sent",
		},
	} {
		ctx, end := chromedp.NewContext(browser)
		p := &tab{t: t, ctx: ctx}
		p.navigate("http://" + tt.at + "/")
		p.wait(fmt.Sprintf(`location.host === %q && document.readyState === "complete"`, tt.at))
		var got string
		p.do(chromedp.Evaluate(tt.script, &got, awaitPromise))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		end()
	}
	for _, e := range s.log.all(func(e entry) bool { return e.text("path") == "/source" }) {
		if e["status"] != float64(http.StatusForbidden) {
			t.Errorf("a page of the internet made the server fetch: %v", e)
		}
	}
}
