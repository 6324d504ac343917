package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/sign"
)

// secret is the key of the servers measured here.
const secret = "benchmarks-need-a-key-of-32-bytes"

// server is a running imagekit.
type server struct {
	cmd  *exec.Cmd
	base string
	keys *sign.Keyring
}

// start runs bin/imagekit with a cache in dir and waits until it is ready. Its log goes to dir/log.
func start(dir string, env ...string) (*server, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("bin/imagekit", "serve")
	cmd.Env = append(env, fmt.Sprintf("IMAGEKIT_ADDR=127.0.0.1:%d", port), "IMAGEKIT_SECRET="+secret, "IMAGEKIT_CACHE_DIR="+dir+"/cache",
		"IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "DISABLE_RATE_LIMIT=1")
	if cmd.Stderr, err = os.Create(dir + "/log"); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, base: fmt.Sprintf("http://127.0.0.1:%d", port), keys: sign.New([]byte(secret))}
	if err := await(s.base + "/ready"); err != nil {
		s.stop()
		return nil, fmt.Errorf("imagekit is not ready: %w", err)
	}
	return s, nil
}

// await asks until the URL answers 200, for five seconds.
func await(url string) (err error) {
	for range 100 {
		if _, _, err = get(url); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// stop ends the server and waits for it.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// url signs a request.
func (s *server) url(pairs ...param.Pair) (string, error) {
	q, err := param.NewQuery(pairs...)
	if err != nil {
		return "", err
	}
	canonical := q.Canonical()
	return s.base + sign.URL(canonical, s.keys.Sign(canonical)), nil
}

// get fetches a URL and wants 200.
func get(url string) ([]byte, http.Header, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return body, resp.Header, err
}

// origin serves one photo-like JPEG under every path.
func origin(width, height int) (*httptest.Server, int, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo(width, height), &jpeg.Options{Quality: 88}); err != nil {
		return nil, 0, err
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(b.Bytes())
	})), b.Len(), nil
}

// photo is a picture with the spectrum of a photograph: large soft shapes, edges, and fine noise.
func photo(width, height int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			fx, fy := float64(x)/float64(width), float64(y)/float64(height)
			v := 120 + 70*math.Sin(7*fx+3*fy*fy) + 25*math.Sin(60*fx*fy) + 12*r.NormFloat64()
			if math.Hypot(fx-0.6, fy-0.4) < 0.2 {
				v = 255 - v
			}
			c := func(shift float64) uint8 { return uint8(min(max(v+shift*fy, 0), 255)) }
			m.SetRGBA(x, y, color.RGBA{c(60), c(0), c(-70), 255})
		}
	}
	return m
}

var errNoFigure = errors.New("the tool printed no figure")
