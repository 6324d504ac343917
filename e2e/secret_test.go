//go:build unix

package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// vectors are those of the documentation, for the built-in secret.
var vectors = []struct{ canonical, sig string }{
	{
		"f=webp&q=80&url=https://upload.wikimedia.org/wikipedia/commons/3/3f/JPEG_example_flower.jpg&w=400",
		"872010fd487487a8c6fc0a4853492ca262513589ee6474f6cdec467055b28712",
	},
	{"url=https://example.com/a.jpg?x=1%26w=500&w=320", "6bade00db4753782c2a31d8dce803e635fe9dceeebeb7f204bf8a4995277e4a2"},
	{
		"fit=cover&h=200&t=4102444800&url=https://example.com/Foo_(bar)%2520b.jpg",
		"7cbd23f566aa9c901a361a926e9e3aee19abee81d583d4d8355e725d27da1e4b",
	},
	{
		"bg=fff&f=jpg&fit=pad&url=https://example.com/%C3%BC.png&w=64",
		"7efcfeafa6b186f869e987d74cb0269edc57a83ec659b9c68983a90b749921de",
	},
	{"url=https://example.com/a%2Bb%20c%3Bd.jpg&w=10", "54f269d71f462342f29a400542fd07008e3650e0198e034928cc097efb2a93d3"},
	{
		"url=https://example.com/it's!$(1),*@2.jpg?a=b=c&w=10",
		"e4262789151f079ad63562d7e35267063c735c9867da5341361dd83dd3e66e47",
	},
	{"url=sample:photo&w=10", "c1187bd11ac91b8631de145d93e66827dd0a84d96eeda235a79f8347a10652ec"},
}

func TestVectors(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_SECRET=")
	for _, v := range vectors {
		want := signAnswer{v.canonical, v.sig, "/img?" + v.canonical + "&sig=" + v.sig}
		var got signAnswer
		decodeStrictly(t, s.get(t, "/sign?"+v.canonical).body, &got)
		if got != want {
			t.Errorf("/sign: got %+v, want %+v", got, want)
		}
		out, warning, code := run(t, nil, "sign", "--base", "https://img.example.com/", v.canonical)
		if out != "https://img.example.com"+want.SignedURL+"\n" || code != 0 ||
			!strings.Contains(warning, "IMAGEKIT_SECRET") {
			t.Errorf("imagekit sign: got %q, %q, status %d; want %s and a warning about the secret", out, warning, code,
				want.SignedURL)
		}
	}
	last := vectors[len(vectors)-1]
	s.get(t, "/img?"+last.canonical+"&sig="+last.sig).wantState(t, "MISS")
	refusal(t, s.get(t, "/img?"+last.canonical+"&sig="+strings.ToUpper(last.sig)), fault.BadSignature)
}

// A secret is replaced without downtime: URLs signed with the one before stay good as long as it is listed.
func TestSecretRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	current, previous := filepath.Join(dir, "current"), filepath.Join(dir, "previous")
	first, second, third := strings.Repeat("first!", 6), strings.Repeat("second", 6), strings.Repeat("third!", 6)
	write(t, current, first+"\n")
	write(t, previous, third)
	s := start(t, "IMAGEKIT_SECRET=", "IMAGEKIT_SECRET_FILE="+current, "IMAGEKIT_SECRET_PREVIOUS_FILE="+previous)
	text := canonical("url", "sample:photo", "w", "32")
	by := func(secret string) answer { return s.get(t, "/img?"+text+"&sig="+signature(secret, text)) }
	signs := func(secret string) {
		t.Helper()
		if got := s.sign(t, "url", "sample:photo", "w", "32").Sig; got != signature(secret, text) {
			t.Errorf("/sign does not use the secret %q", secret)
		}
	}
	accepts := func(secret string) {
		t.Helper()
		if a := by(secret); a.status != http.StatusOK {
			t.Errorf("signed with %q: got %d, want 200", secret, a.status)
		}
	}
	signs(first)
	accepts(first)
	accepts(third)
	refusal(t, by(second), fault.BadSignature)

	write(t, current, second+"\n")
	write(t, previous, first+","+third+"\n")
	s.reload(t, "secrets reloaded", 1)
	signs(second)
	accepts(second)
	accepts(first)

	write(t, previous, third)
	s.reload(t, "secrets reloaded", 2)
	refusal(t, by(first), fault.BadSignature)
	accepts(second)

	write(t, current, "")
	s.log.expect("secrets not reloaded")
	s.reload(t, "secrets not reloaded; the old ones are still used", 1)
	signs(second)
	accepts(second)
	accepts(third)
}

// While a secret is replaced under load, no URL that is signed by the one in force or the one before is refused.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	current, previous := filepath.Join(dir, "current"), filepath.Join(dir, "previous")
	key := func(i int) string { return fmt.Sprintf("the secret number %2d of this test which is long enough", i) }
	write(t, current, key(1))
	write(t, previous, key(0))
	s := start(t, "IMAGEKIT_SECRET=", "IMAGEKIT_SECRET_FILE="+current, "IMAGEKIT_SECRET_PREVIOUS_FILE="+previous)
	text := canonical("url", "sample:photo", "w", "32")
	var newest atomic.Int64 // the secret in force, with which clients sign
	newest.Store(1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var clients sync.WaitGroup
	var asked, refused atomic.Int64
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				by := newest.Load()
				a, err := s.do(ctx, http.MethodGet, "/img?"+text+"&sig="+signature(key(int(by)), text), nil)
				late := by < newest.Load() // a client that slept through two rotations is refused by right
				if asked.Add(1); err == nil && a.status != http.StatusOK && !late {
					refused.Add(1)
				}
			}
		})
	}
	const rotations = 10
	for i := 2; i < 2+rotations; i++ {
		write(t, previous, key(i-1)) // first, so that no file alone forgets the one in force
		write(t, current, key(i))
		s.reload(t, "secrets reloaded", i-1)
		newest.Store(int64(i))
		before := asked.Load()
		eventually(t, "the load goes on", func() bool { return asked.Load() >= before+20 })
	}
	cancel()
	clients.Wait()
	if n := refused.Load(); n != 0 {
		t.Errorf("%d of %d valid URLs were refused", n, asked.Load())
	}
	t.Logf("%d requests, %d rotations", asked.Load(), rotations)
}

// reload sends SIGHUP and waits until the log has told of it n times.
func (s *server) reload(t *testing.T, msg string, n int) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.log.waitFor(t, n, msg, func(e entry) bool { return e.msg() == msg })
}

// A pipe in the place of a secret file cannot hang a reload: the secret in force stays, and the server goes on.
func TestReloadOfAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	write(t, path, testSecret)
	s := start(t, "IMAGEKIT_SECRET=", "IMAGEKIT_SECRET_FILE="+path)
	s.secret = testSecret
	const failed = "secrets not reloaded; the old ones are still used"
	s.log.expect(failed)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	s.reload(t, failed, 1)
	if got := s.img(t, "url", "sample:photo", "w", "32").status; got != http.StatusOK {
		t.Errorf("after the reload: status %d", got)
	}
}

// Out of descriptors, the server says so at the level of warnings, and goes on when there are some again.
func TestOutOfDescriptors(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	s := startAs(t, exec.Command("bash", "-c", `ulimit -n 60 && exec "$0" serve`, binary))
	var crowd []net.Conn
	defer func() {
		for _, c := range crowd {
			c.Close()
		}
	}()
	for range 80 {
		c, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, c)
	}
	line := s.log.wait(t, "the log tells of it", func(e entry) bool {
		return strings.HasPrefix(e.msg(),
			"out of file descriptors")
	})
	if line.text("level") != "WARN" {
		t.Errorf("told as %v", line)
	}
	for _, c := range crowd {
		c.Close()
	}
	crowd = nil
	eventually(t, "the server answers again", func() bool {
		a, err := s.do(t.Context(), http.MethodGet, "/ready", nil)
		return err == nil && a.status == http.StatusOK
	})
}
