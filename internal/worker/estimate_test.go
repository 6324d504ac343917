//go:build unix

package worker

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"imagekit/internal/blob"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// TestEstimateHolds: no job takes more memory than its plan says, whatever is asked for together: random effects, sizes,
// turns, surroundings and formats, on noise, which costs encoders most.
func TestEstimateHolds(t *testing.T) {
	// The real program: this one may hold the race detector's memory besides.
	program := filepath.Join("..", "..", "bin", "imagekit")
	if _, err := os.Stat(program); err != nil {
		t.Skip("bin/imagekit is not built: make build")
	}
	p := newPool(t, Config{
		Path: program, Args: []string{"worker"}, Workers: 1, RecycleRSS: 1 << 40, KillRSS: 1 << 40,
		DataLimit: 2 << 30,
	})
	sources := noisePictures(t)
	limits := plan.Limits{MaxPixels: 60e6, MaxOutputPixels: 1 << 24, Memory: 1 << 31}
	r := rand.New(rand.NewPCG(7, 11))
	for range 24 {
		src := sources[r.IntN(len(sources))]
		query, out := randomWork(r), format.Outputs()[r.IntN(len(format.Outputs()))]
		q, err := param.Split(query)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := q.Params()
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
		if err != nil {
			t.Fatal(err)
		}
		mark := sources[r.IntN(len(sources))]
		var infos []probe.Info
		var marks []*blob.Blob
		if asked.Watermark.Given() {
			header, err := probe.Read(mark, probe.Limits{MaxPixels: limits.MaxPixels})
			if err != nil {
				t.Fatal(err)
			}
			infos, marks = append(infos, header), append(marks, &blob.Blob{Data: mark})
		}
		pl, err := plan.New(info, asked, out, limits, infos...)
		if err != nil {
			continue // too large a radius, say
		}
		if _, _, err := p.Run(t.Context(), &blob.Blob{Data: src, Format: info.Format}, small(t, info, limits)); err != nil {
			t.Fatal(err) // the worker lives now
		}
		pid := onlyChild(t)
		before, ok := forgetPeak(pid)
		if !ok {
			t.Skip("this system does not tell the peak memory of a process")
		}
		if _, _, err := p.Run(t.Context(), &blob.Blob{Data: src, Format: info.Format}, pl, marks...); err != nil {
			t.Fatalf("%s as %s: %v", query, out, err)
		}
		took := status(pid, "VmHWM") - before
		if took > pl.Memory {
			t.Errorf("%s %d×%d, %s as %s: took %d MiB, the plan said %d", info.Format, info.Width, info.Height, query, out,
				took>>20, pl.Memory>>20)
		}
	}
}

// small is a plan that takes next to nothing.
func small(t *testing.T, info probe.Info, limits plan.Limits) plan.Plan {
	t.Helper()
	pl, err := plan.New(info, param.Params{Width: 8}, format.JPEG, limits)
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

// onlyChild returns the process of the only worker of this process.
func onlyChild(t *testing.T) string {
	t.Helper()
	var all []string
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		all = append(all, strings.Fields(string(text))...)
	}
	if len(all) != 1 {
		t.Skipf("this system does not tell the processes of this one: got %q", all)
	}
	return all[0]
}

// randomWork asks for effects and surroundings.
func randomWork(r *rand.Rand) string {
	list := []string{fmt.Sprintf("w=%d", 200+r.IntN(1400)), "up=1", fmt.Sprintf("q=%d", 1+r.IntN(100))}
	maybe := func(chance float64, word string) {
		if r.Float64() < chance {
			list = append(list, word)
		}
	}
	maybe(0.3, "rot=90")
	maybe(0.3, fmt.Sprintf("h=%d&fit=pad", 200+r.IntN(1400)))
	maybe(0.3, "padding=30,60")
	maybe(0.3, "border=20,f00")
	maybe(0.3, "radius=50")
	maybe(0.2, "bg=369")
	maybe(0.4, fmt.Sprintf("wm=logo&wmw=%.2f&wma=0.7", 0.1+0.9*r.Float64()))
	maybe(0.2, "wmg=tile")
	maybe(0.4, fmt.Sprintf("text=%s&textbox=fc0&textsize=%d", strings.Repeat("Words%20", 1+r.IntN(40)), 10+r.IntN(400)))
	for _, row := range effect.Table {
		_, value, _ := strings.Cut(row.Example, "&")
		maybe(0.2, value)
	}
	return strings.Join(list, "&")
}

// noisePictures are of every way through the engine: planes of a photo, RGB with alpha, grey.
func noisePictures(t *testing.T) [][]byte {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 5))
	img := image.NewNRGBA(image.Rect(0, 0, 901, 803))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	gray := image.NewGray(img.Rect)
	copy(gray.Pix, img.Pix)
	var photo, drawn, flat bytes.Buffer
	if err := jpeg.Encode(&photo, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&drawn, img); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&flat, gray); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer // row by row, by a decoder in Go
	if err := tiff.Encode(&packed, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true}); err != nil {
		t.Fatal(err)
	}
	return [][]byte{photo.Bytes(), drawn.Bytes(), flat.Bytes(), packed.Bytes()}
}

// forgetPeak resets the peak of a process' memory and returns what it holds now.
func forgetPeak(pid string) (now int64, ok bool) {
	err := os.WriteFile("/proc/"+pid+"/clear_refs", []byte("5"), 0) // proc(5)
	return status(pid, "VmRSS"), err == nil
}

// status returns a number of bytes of /proc/PID/status, 0 where there is none.
func status(pid, name string) int64 {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); key == name {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return n << 10
		}
	}
	return 0
}
