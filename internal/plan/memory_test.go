package plan

import (
	"image"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// as returns an info with some fields changed.
func as(info probe.Info, change func(*probe.Info)) probe.Info {
	change(&info)
	return info
}

// measured are peaks of a worker's resident memory beyond its idle size, in MiB. The sources are a smooth picture of
// 50 megapixels (35 as AVIF, which dav1d 1.0 does not read at 50) and noise of 25 (16 as PNG); lengths of files are not
// in them.
func measured() []struct {
	name string
	info probe.Info
	p    param.Params
	out  format.Format
	peak int64
} {
	progressive := as(photo(8000, 6250), func(i *probe.Info) { i.Progressive, i.SubX, i.SubY = true, 1, 1 })
	cmyk := as(photo(8000, 6250), func(i *probe.Info) { i.Model, i.SubX, i.SubY, i.ICC = probe.CMYK, 1, 1, icc.CMYK })
	webp := as(drawing(8000, 6250), func(i *probe.Info) {
		i.Format, i.Model, i.Lossless, i.SubX, i.SubY = format.WebP, probe.YCbCr, false, 2, 2
	})
	avif := as(drawing(5900, 5900), func(i *probe.Info) { i.Format, i.Model, i.SubX, i.SubY = format.AVIF, probe.YCbCr, 2, 2 })
	deep := as(avif, func(i *probe.Info) { i.Depth, i.SubX, i.SubY = 10, 1, 1 })
	noise := as(photo(5000, 5000), func(i *probe.Info) { i.SubX, i.SubY = 1, 1 })
	png := as(photo(4000, 4000), func(i *probe.Info) { i.Format, i.Model, i.SubX, i.SubY = format.PNG, probe.RGB, 1, 1 })
	small := param.Params{Width: 640}
	cut := param.Params{
		Width: 4000, Height: 4000, Fit: param.Cover, Rotate: 90,
		Crop: param.Crop{Set: true, X: param.Length{Value: 1}, Y: param.Length{Value: 1}, W: param.Length{Value: 5800}, H: param.Length{Value: 5800}},
	}
	padded := param.Params{Width: 5000, Height: 5000, Fit: param.Pad, Rotate: 90}
	enlarged := param.Params{Width: 5000, Height: 5000, Up: true}
	return []struct {
		name string
		info probe.Info
		p    param.Params
		out  format.Format
		peak int64
	}{
		{"baseline JPEG, small", photo(8000, 6250), small, format.JPEG, 5},
		{"baseline JPEG, crop and turn", photo(8000, 6250), cut, format.JPEG, 118},
		{"baseline JPEG, pad", photo(8000, 6250), padded, format.JPEG, 260},
		{"progressive JPEG, small", progressive, small, format.JPEG, 289},
		{"progressive JPEG, pad", progressive, padded, format.JPEG, 430},
		{"CMYK, crop and turn", cmyk, cut, format.JPEG, 334},
		{"CMYK, pad", cmyk, padded, format.JPEG, 343},
		{"WebP with alpha, small", webp, small, format.JPEG, 382},
		{"WebP with alpha, crop and turn", webp, cut, format.JPEG, 451},
		{"AVIF with alpha, small", avif, small, format.JPEG, 186},
		{"AVIF with alpha, pad", avif, padded, format.JPEG, 398},
		{"AVIF of 10 bits with alpha, small", deep, small, format.JPEG, 556},
		{"AVIF of 10 bits with alpha, crop and turn", deep, cut, format.JPEG, 658},
		{"small PNG enlarged", drawing(256, 256), enlarged, format.JPEG, 388},
		{"noise to PNG", noise, param.Params{}, format.PNG, 288},
		{"noise from PNG to PNG", png, param.Params{}, format.PNG, 185},
		{"noise to WebP", noise, param.Params{}, format.WebP, 413},
		{"noise to WebP at quality 100", noise, param.Params{Quality: 100}, format.WebP, 668},
		{"noise to AVIF at quality 100", noise, param.Params{Quality: 100}, format.AVIF, 482},
		{"drawing to WebP", as(drawing(2048, 2048), func(i *probe.Info) { i.Alpha = false }), param.Params{}, format.WebP, 143},
		{"drawing with alpha to WebP", drawing(2048, 2048), param.Params{}, format.WebP, 156},
		{"noise with alpha to WebP", drawing(5000, 5000), param.Params{}, format.WebP, 880},
		{"noise with alpha to AVIF at quality 100", drawing(5000, 5000), param.Params{Quality: 100}, format.AVIF, 602},
	}
}

// TestMemoryMeasured: an estimate below the truth lets the machine run out of memory, one far above it refuses
// pictures for nothing.
func TestMemoryMeasured(t *testing.T) {
	for _, tt := range measured() {
		t.Run(tt.name, func(t *testing.T) {
			got := mustNew(t, tt.info, tt.p, tt.out).Memory >> 20
			if most := tt.peak*5/4 + base>>20; got < tt.peak || got > most {
				t.Errorf("got %d MiB, want %d…%d", got, tt.peak, most)
			}
		})
	}
}

// TestMemoryOfTheLargestResult: what the default output budget of 25 megapixels allows, a worker with the default bound
// of its memory can do, in every format.
func TestMemoryOfTheLargestResult(t *testing.T) {
	const worker = 944 << 20 // of 1 GiB, 80 MiB are taken before its first job
	for _, out := range []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF} {
		if got := mustNew(t, drawing(7000, 7000), param.Params{Quality: 100}, out).Memory; got > worker {
			t.Errorf("%v: got %d MiB, want at most %d", out, got>>20, worker>>20)
		}
	}
}

// TestMemoryGrows: in a small picture of a large source what the source adds, adds to the estimate; in a large picture of
// a small source, what the result does.
func TestMemoryGrows(t *testing.T) {
	source := mustNew(t, photo(4000, 4000), param.Params{Width: 500}, format.WebP)
	result := mustNew(t, photo(1000, 1000), param.Params{Width: 4000, Height: 4000, Up: true}, format.JPEG)
	tests := []struct {
		name   string
		plain  Plan
		change func(*Plan)
	}{
		{"deep source", source, func(p *Plan) { p.Source.Depth = 16 }},
		{"alpha", source, func(p *Plan) { p.Source.Alpha = true }},
		{"crop", source, func(p *Plan) { p.Crop.Min.X = 1 }},
		{"CMYK source", source, func(p *Plan) { p.Source.Model = probe.CMYK }},
		{"full chroma", source, func(p *Plan) { p.Source.SubX, p.Source.SubY = 1, 1 }},
		{"progressive", source, func(p *Plan) { p.Source.Progressive = true }},
		{"AVIF source", source, func(p *Plan) { p.Source.Format = format.AVIF }},
		{"lossless", source, func(p *Plan) { p.Source.Format, p.Source.Model = format.WebP, probe.RGB }},
		{"alpha WebP", source, func(p *Plan) { p.Source.Format, p.Source.Alpha = format.WebP, true }},
		{"GIF", source, func(p *Plan) { p.Source.Format = format.GIF }},
		{"canvas", result, func(p *Plan) { p.Canvas = image.Pt(5000, 4000) }},
		{"transform", result, func(p *Plan) { p.Color, p.Direct = ColorTransform, false }},
		{"PNG", result, func(p *Plan) { p.Format = format.PNG }},
		{"WebP", result, func(p *Plan) { p.Format = format.WebP }},
		{"AVIF", result, func(p *Plan) { p.Format = format.AVIF }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.plain
			p.Shrink = 1
			before := memory(p)
			tt.change(&p)
			if got := memory(p); got <= before {
				t.Errorf("got %d, without it %d", got, before)
			}
		})
	}
	for name, change := range map[string]func(*Plan){
		"gray":   func(p *Plan) { p.Source.Model = probe.Gray },
		"shrink": func(p *Plan) { p.Shrink = 4 },
	} {
		t.Run(name, func(t *testing.T) {
			p := source
			p.Shrink = 1
			before := memory(p)
			change(&p)
			if got := memory(p); got >= before {
				t.Errorf("got %d, without it %d", got, before)
			}
		})
	}
}
