// Package s3gateway starts a real server of the S3 protocol for tests: versitygw, over a directory.
package s3gateway

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Keys that the server accepts.
const (
	AccessKey = "imagekit-test"
	SecretKey = "a-secret-key-of-this-test"
	Bucket    = "pictures"
)

// Gateway is a running server. A bucket is a folder of Dir.
type Gateway struct {
	Addr string // host:port
	Dir  string
	cmd  *exec.Cmd
	gone chan struct{}
}

// program builds the server once; the build cache makes it cheap from the second time on.
var program = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "s3gateway")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "versitygw")
	build := exec.Command("go", "build", "-modfile=tools/s3/go.mod", "-o", path,
		"github.com/versity/versitygw/cmd/versitygw")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // whatever the tests are built with: one build for all
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "tools", "s3", "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// Start returns a server with one bucket, which ends with the test. The test is skipped, and says so, where there is none.
func Start(t testing.TB) *Gateway {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Skipf("no S3 gateway to test with: %v", err)
	}
	g := &Gateway{Addr: freeAddr(t), Dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(g.Dir, Bucket), 0o750); err != nil {
		t.Fatal(err)
	}
	g.Restart(t, path)
	t.Cleanup(g.Kill)
	return g
}

// Restart starts the server again after Kill, at the same address; path is "" then.
func (g *Gateway) Restart(t testing.TB, path string) {
	t.Helper()
	if path == "" {
		path = g.cmd.Path
	}
	g.cmd, g.gone = exec.Command(path, "--port", g.Addr, "posix", "--sidecar", t.TempDir(), g.Dir), make(chan struct{})
	g.cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+AccessKey, "ROOT_SECRET_KEY="+SecretKey)
	if err := g.cmd.Start(); err != nil {
		t.Skipf("no S3 gateway to test with: %v", err)
	}
	go func() {
		_ = g.cmd.Wait()
		close(g.gone)
	}()
	for {
		select {
		case <-g.gone:
			t.Skip("no S3 gateway to test with: it ended at once")
		case <-time.After(20 * time.Millisecond):
		}
		if res, err := http.Get("http://" + g.Addr); err == nil {
			res.Body.Close()
			return
		}
	}
}

// Kill ends the server as a power cut does.
func (g *Gateway) Kill() {
	_ = g.cmd.Process.Kill()
	<-g.gone
}

// URL returns the setting that names the bucket, with a prefix of its own for each test.
func (g *Gateway) URL(prefix string) string {
	return "s3://" + Bucket + "/" + prefix + "?path_style=1&region=us-east-1&endpoint=http://" + g.Addr
}

func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
