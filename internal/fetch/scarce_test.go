//go:build unix

package fetch

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// alone runs test in a process of its own, so that it may change what holds for the whole process.
func alone(t *testing.T, test func(), env ...string) {
	t.Helper()
	const child = "IMAGEKIT_TEST_ALONE"
	if os.Getenv(child) != "" {
		test()
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(append(os.Environ(), child+"=1"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// takeAll opens files until no descriptor is left, and returns what closes them.
func takeAll(t *testing.T) (release func()) {
	t.Helper()
	lowest := syscall.Rlimit{Cur: 64, Max: 64}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lowest); err != nil {
		t.Fatal(err)
	}
	var files []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		files = append(files, f)
	}
	return func() {
		for _, f := range files {
			f.Close()
		}
	}
}

// Without a descriptor for a socket, be it to the origin or to a name server, the server is short of something, not the
// origin broken: 503, and forgotten at once.
func TestOutOfDescriptors(t *testing.T) {
	alone(t, func() {
		f, s := start(t, config()), origin(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(png) })
		release := takeAll(t)
		for _, url := range []string{s.URL, "http://origin.example/"} {
			_, err := f.Fetch(t.Context(), url)
			ends(t, err, fault.Overloaded)
		}
		release()
		if _, err := f.Fetch(t.Context(), s.URL); err != nil {
			t.Errorf("with descriptors again: %v", err)
		}
	})
}

// The roots for certificates are read at the start: later descriptors may be lacking, and package x509 tries only once.
func TestRootsAreReadAtStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "roots.pem")
	alone(t, func() {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_,
				_ = w.Write(png)
		}))
		s.StartTLS()
		t.Cleanup(s.Close)
		root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
		roots := os.Getenv("SSL_CERT_FILE")
		if err := os.WriteFile(roots, root, 0o600); err != nil {
			t.Fatal(err)
		}
		f := start(t, config())
		if err := os.Remove(roots); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Fetch(t.Context(), s.URL); err != nil {
			t.Error(err)
		}
	}, "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+t.TempDir())
}
