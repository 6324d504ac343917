package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"path/filepath"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// look is what a page does with a picture: show it, and copy the pixels at some places to a canvas.
const look = `(async (url, places) => {
	const i = new Image()
	i.src = url
	await i.decode()
	const c = document.createElement("canvas")
	c.width = places.length
	c.height = 1
	const g = c.getContext("2d")
	places.forEach((p, n) => g.drawImage(i, p.X, p.Y, 1, 1, n, 0, 1, 1))
	return [i.naturalWidth, i.naturalHeight, ...g.getImageData(0, 0, places.length, 1).data]
})(%q, %s)`

// navigate leads the tab to an address. chromedp.Navigate waits for an event that it misses on a busy machine, and then
// for ever.
func navigate(address string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, failed, _, err := page.Navigate(address).Do(ctx)
		if err == nil && failed != "" {
			err = errors.New(failed)
		}
		return err
	})
}

// chromium starts a browser on an empty page beside the files of a folder. Without one, the reader is never asked.
func chromium(ctx context.Context, dir string) (func(context.Context, string, []image.Point) (image.Point, []color.RGBA,
	error), func(),
) {
	server := httptest.NewServer(http.StripPrefix("/", http.FileServer(http.Dir(dir))))
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-background-networking", true))
	alloc, endAlloc := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	opened := false
	asked := 0
	read := func(_ context.Context, file string, places []image.Point) (size image.Point, colors []color.RGBA, err error) {
		if !opened {
			if err := chromedp.Run(tab, navigate(server.URL+"/")); err != nil {
				return size, nil, err
			}
			opened = true
		}
		asked++ // another address each time: nothing comes from the browser's cache
		list, err := json.Marshal(places)
		if err != nil {
			return size, nil, err
		}
		var got []int
		script := fmt.Sprintf(look, fmt.Sprintf("/%s?%d", filepath.Base(file), asked), list)
		err = chromedp.Run(tab, chromedp.Evaluate(script, &got, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
			return p.WithAwaitPromise(true)
		}))
		if err != nil {
			return size, nil, err
		}
		size = image.Pt(got[0], got[1])
		for i := range places {
			q := got[2+4*i:]
			colors = append(colors, color.RGBA{uint8(q[0]), uint8(q[1]), uint8(q[2]), uint8(q[3])})
		}
		return size, colors, nil
	}
	return read, func() {
		endTab()
		endAlloc()
		server.Close()
	}
}
