//go:build unix

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// front is a real nginx with a configuration of deploy/ in front of three instances that share one cache directory.
type front struct {
	*server   // asks nginx; it is no process of imagekit
	plain     string
	instances []*server
}

// startFront starts both. configure rewrites what depends on the machine: names, ports, certificates.
func startFront(t *testing.T, configure func(t *testing.T, dir, port, plain string, upstream []string) string) *front {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed; scripts/deps.sh test does that on Debian")
	}
	f := &front{}
	cache, dir := filepath.Join(t.TempDir(), "cache"), t.TempDir()
	var upstream []string
	for range 3 {
		s := start(t, "IMAGEKIT_CACHE_DIR="+cache, "IMAGEKIT_TRUSTED_PROXIES=127.0.0.1/32")
		f.instances, upstream = append(f.instances, s), append(upstream, s.addr())
	}
	port, plain := freePort(t), freePort(t)
	conf := configure(t, dir, port, plain, upstream)
	f.plain = "http://127.0.0.1:" + plain
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableCompression: true,
		MaxIdleConnsPerHost: 64,
	}
	f.server = &server{
		base: "http://127.0.0.1:" + port, secret: testSecret,
		client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request,
			[]*http.Request,
		) error {
			return http.ErrUseLastResponse
		}},
	}
	if strings.Contains(conf, "ssl_certificate") {
		f.base = "https://127.0.0.1:" + port
	}
	runNginx(t, dir, conf)
	t.Cleanup(transport.CloseIdleConnections)
	eventually(t, "nginx answers", func() bool {
		a, err := f.do(t.Context(), http.MethodGet, "/ready", nil)
		return err == nil && a.status == http.StatusOK
	})
	return f
}

// runNginx tests a configuration as nginx -t does, and then serves it until the end of the test.
func runNginx(t *testing.T, dir, conf string) {
	t.Helper()
	user := ""
	if os.Getuid() == 0 { // or its workers are somebody who may not enter dir
		user = "user root;"
	}
	runNginxAs(t, user, dir, conf)
}

// runNginxAs is runNginx with the user of its workers, as a directive.
func runNginxAs(t *testing.T, user, dir, conf string) {
	t.Helper()
	path := filepath.Join(dir, "nginx.conf")
	write(t, path, conf)
	options := "daemon off; error_log " + filepath.Join(dir, "error.log") + "; " + user
	args := []string{"-p", dir, "-c", path, "-g", options}
	if out, err := exec.Command("nginx", append([]string{"-t"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	nginx := exec.Command("nginx", args...)
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = nginx.Process.Signal(os.Interrupt) // a fast end, of its workers too
		_ = nginx.Wait()                       // the state says nothing of the test
		if t.Failed() {
			text, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("nginx says:\n%.1500s", text)
		}
	})
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// adapt replaces what must be there, once or as often as it stands there.
func adapt(t *testing.T, path string, pairs ...string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	conf := string(text)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(conf, pairs[i]) {
			t.Fatalf("%s does not say %q", path, pairs[i])
		}
		conf = strings.ReplaceAll(conf, pairs[i], pairs[i+1])
	}
	return conf
}

// clients lets a test say who asks, and slows the refilling of the rate limit down so that a slow machine sees it.
const clients = "set_real_ip_from 127.0.0.1; real_ip_header X-Test-Client;\n"

// site is deploy/nginx/imagekit.conf within an nginx.conf of the least.
func site(t *testing.T, dir, port, plain string, upstream []string) string {
	t.Helper()
	certificate(t, dir)
	conf := adapt(t, "../deploy/nginx/imagekit.conf",
		"listen 80;", "listen 127.0.0.1:"+plain+";", "listen [::]:80;", "",
		"listen 443 ssl http2;", "listen 127.0.0.1:"+port+" ssl http2;", "listen [::]:443 ssl http2;", "",
		"/etc/ssl/imagekit/", dir+"/", "/var/log/nginx/", dir+"/", "rate=50r/s", "rate=1r/s",
		"server 127.0.0.1:8080 max_fails=2 fail_timeout=2s;",
		"server "+strings.Join(upstream, " max_fails=2 fail_timeout=2s;\n server ")+" max_fails=2 fail_timeout=2s;")
	return "pid " + dir + "/pid;\nevents { }\nhttp {\n" + clients + conf + "}\n"
}

// scale is deploy/docker/nginx.conf, whole.
func scale(t *testing.T, dir, port, _ string, upstream []string) string {
	t.Helper()
	return adapt(t, "../deploy/docker/nginx.conf",
		"listen 8080;", "listen 127.0.0.1:"+port+";", "/tmp/", dir+"/", "/dev/stdout", dir+"/access.log", "rate=50r/s", "rate=1r/s",
		"server imagekit:8080", "server "+upstream[0], "server imagekit-2:8080", "server "+upstream[1],
		"server imagekit-3:8080", "server "+upstream[2], "http {\n", "http {\n"+clients)
}

// certificate writes one for TLS, signed by itself.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/fullchain.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, dir+"/privkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// from says who asks, to the configurations above.
func from(client string) []string { return []string{"X-Test-Client", client} }

// differentClient returns an address that no other n has.
func differentClient(n int) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }
