package main

import (
	"fmt"
	"io"

	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/scale"
)

// The planes that encoders are given.
var (
	fullRange = planes{frame.YCbCr, scale.Layout{SubX: 2, SubY: 2, FullRange: true}}
	limited   = planes{frame.YCbCr, scale.Layout{SubX: 2, SubY: 2}}
	whole     = planes{frame.YCbCr, scale.Layout{SubX: 1, SubY: 1, FullRange: true}}
	colours   = planes{model: frame.RGB}
)

// choices are the settings that are weighed by time, bytes and distance, with what the plan takes.
func choices(photo picture) ([]choice, error) {
	var list []choice
	for _, of := range []func(picture) (choice, error){methods, speeds, scans, filters} {
		c, err := of(photo)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// methods are libwebp's.
func methods(photo picture) (choice, error) {
	e, err := told(photo, format.WebP, 80)
	c := choice{name: "webp", title: "WebP method", format: format.WebP, inForce: fmt.Sprint(e.Effort)}
	for m := range 7 {
		c.options = append(c.options, option{
			name: fmt.Sprint(m), planes: limited,
			encode: func(f *frame.Frame) ([]byte, error) {
				return webp.Encode(f, webp.Settings{Quality: e.Quality, Method: m})
			},
		})
	}
	return c, err
}

// speeds are libaom's.
func speeds(photo picture) (choice, error) {
	e, err := told(photo, format.AVIF, 80)
	c := choice{name: "avif", title: "AVIF speed", format: format.AVIF, inForce: fmt.Sprint(e.Effort)}
	for s := 6; s <= 10; s++ {
		c.options = append(c.options, option{
			name: fmt.Sprint(s), planes: fullRange,
			encode: func(f *frame.Frame) ([]byte, error) {
				return avif.Encode(f, avif.Settings{Quality: e.Quality, Speed: s})
			},
		})
	}
	return c, err
}

// scans are the ways to store the same coefficients of a JPEG.
func scans(photo picture) (choice, error) {
	e, err := told(photo, format.JPEG, 80)
	c := choice{name: "jpeg", title: "JPEG", format: format.JPEG, inForce: "one scan, own Huffman tables"}
	for i, s := range []jpeg.Settings{{}, {Optimize: true}, {Progressive: true}} {
		s.Quality = e.Quality
		o := option{
			name:   [...]string{"one scan, standard Huffman tables", "one scan, own Huffman tables", "progressive"}[i],
			planes: fullRange, encode: func(f *frame.Frame) ([]byte, error) { return jpeg.Encode(f, s) },
		}
		if i > 0 {
			o.same = c.options[0].name
		}
		c.options = append(c.options, o)
	}
	return c, err
}

// filters are those of PNG, each at some of zlib's levels.
func filters(photo picture) (choice, error) {
	e, err := told(photo, format.PNG, 80)
	c := choice{name: "png", title: "PNG filter, level", format: format.PNG, inForce: fmt.Sprintf("all, %d", e.Effort)}
	for _, set := range []struct {
		name    string
		filters png.Filters
	}{
		{"none", png.Unfiltered},
		{"sub", png.Sub},
		{"up", png.Up},
		{"paeth", png.Paeth},
		{"sub or up", png.Sub | png.Up},
		{"all", png.AllFilters},
	} {
		levels := []int{1, 3, 4}
		if set.name == "all" {
			levels = []int{1, 2, 3, 4, 5, 6}
		}
		for _, level := range levels {
			c.options = append(c.options, option{
				name: fmt.Sprintf("%s, %d", set.name, level), planes: colours,
				encode: func(f *frame.Frame) ([]byte, error) {
					return png.Encode(f, png.Settings{Level: level, Filters: set.filters})
				},
			})
		}
	}
	return c, err
}

// qualities are those at which chroma layouts are compared.
var qualities = []int{60, 80, 90, 95, 98}

// chroma compares half and full chroma by what they give for their bytes.
func chroma(w io.Writer, r rig, j judge, list []picture) error {
	formats := []format.Format{format.JPEG, format.AVIF}
	fmt.Fprintf(w, "\nChroma of half the width and height (4:2:0) or whole (4:4:4), by q; medians of bytes per pixel and "+
		"of distances:\n\n| q |")
	for _, f := range formats {
		fmt.Fprintf(w, " %s 4:2:0 | 4:4:4 | bytes of 4:4:4 at equal distance |", f)
	}
	fmt.Fprintf(w, "\n|---|---|---|---|---|---|---|\n")
	lines := make([]series, 4)
	rows := make([]string, len(qualities))
	for i, f := range formats {
		half, all, err := chromaOf(j, list, f)
		if err != nil {
			return err
		}
		lines[2*i], lines[2*i+1] = series{name: f.String() + " 4:2:0", line: true}, series{
			name: f.String() + " 4:4:4",
			line: true,
		}
		for k := range qualities {
			var ratio []float64
			var at [2][2][]float64 // layout, axis
			for n, p := range list {
				pixels := float64(pixelsAt(p))
				for l, v := range []verdict{half[n][k], all[n][k]} {
					at[l][0], at[l][1] = append(at[l][0], v.bytes/pixels), append(at[l][1], v.distance)
				}
				near := all[n][max(0, min(k-1, len(qualities)-3)):][:3]
				ratio = append(ratio, bytesAt(near, half[n][k].distance)/half[n][k].bytes)
			}
			for l := range 2 {
				lines[2*i+l].points = append(lines[2*i+l].points, point{median(at[l][0]), median(at[l][1])})
			}
			rows[k] += fmt.Sprintf(" %.3f, %.2f | %.3f, %.2f | %.2f |", median(at[0][0]), median(at[0][1]), median(at[1][0]),
				median(at[1][1]), median(ratio))
		}
	}
	for k, row := range rows {
		fmt.Fprintf(w, "| %d |%s\n", qualities[k], row)
	}
	return r.plot(w, "frontier-chroma", chart{
		title: "Chroma layout: distance by bytes, q from 60 to 98", x: "bytes per pixel", y: "distance (Butteraugli)", series: lines,
	})
}

// pixelsAt is the size of a picture's result.
func pixelsAt(p picture) int {
	return frontierWidth * frontierWidth * p.info.Height / p.info.Width
}

// chromaOf judges all pictures at all qualities with half and with whole chroma.
func chromaOf(j judge, list []picture, f format.Format) (half, all [][]verdict, err error) {
	for _, p := range list {
		var c choice
		c.format = f
		for _, q := range qualities {
			e, err := told(p, f, q)
			if err != nil {
				return nil, nil, err
			}
			for _, in := range []planes{fullRange, whole} {
				c.options = append(c.options, option{
					name: fmt.Sprint(q, in), planes: in,
					encode: func(fr *frame.Frame) ([]byte, error) {
						if f == format.AVIF {
							return avif.Encode(fr, avif.Settings{Quality: e.Quality, Speed: e.Effort})
						}
						return jpeg.Encode(fr, jpeg.Settings{Quality: e.Quality, Optimize: true})
					},
				})
			}
		}
		trials, err := c.try(j, request{p, frontierWidth, f}, 0)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		var a, b []verdict
		for i := 0; i < len(c.options); i += 2 {
			a, b = append(a, trials[c.options[i].name].verdict), append(b, trials[c.options[i+1].name].verdict)
		}
		half, all = append(half, a), append(all, b)
	}
	return half, all, nil
}
