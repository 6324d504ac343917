//go:build unix

package e2e

import (
	"bytes"
	"image"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/testkit/evilorigin"
)

// sourceFaults are told from the bytes of the source.
func sourceFaults() []faultCase {
	text := func(s string) func(*testing.T) []byte { return func(*testing.T) []byte { return []byte(s) } }
	empty := func(w, h int) func(*testing.T) []byte {
		return func(t *testing.T) []byte { return encodePNG(t, image.NewGray(image.Rect(0, 0, w, h))) }
	}
	return []faultCase{
		{name: "crop outside", kind: fault.CropOutside, param: "crop", ask: smallWith("crop", "9000,9000,10,10")},
		{
			name: "file over the limit", kind: fault.SourceTooLarge,
			ask: file("large.png", text(string(make([]byte, 64<<10+1)))),
		},
		{name: "upload over the limit", kind: fault.SourceTooLarge, ask: uploadFile(make([]byte, 64<<10+1))},
		{name: "pixels over the limit", kind: fault.TooManyPixels, ask: file("wide.png", empty(1001, 1000))},
		{name: "memory over the limit", kind: fault.TooMuchMemory, ask: file("deep.png", func(t *testing.T) []byte {
			return encodePNG(t, image.NewNRGBA64(image.Rect(0, 0, 1000, 1000)))
		}, "w", "1000")},
		{name: "text", kind: fault.NotAnImage, ask: file("text.jpg", text("this is no picture, whatever its name says"))},
		{name: "HTML", kind: fault.NotAnImage, ask: file("page.jpg", text("<!doctype html><title>Log in</title>"))},
		{name: "nothing", kind: fault.NotAnImage, ask: file("empty.jpg", text(""))},
		{name: "uploaded text", kind: fault.NotAnImage, ask: uploadFile([]byte("no picture"))},
		{
			name: "SVG", kind: fault.UnsupportedFormat,
			ask: file("drawing.svg", text(`<svg xmlns="http://www.w3.org/2000/svg"/>`)),
		},
		{
			name: "HEIC", kind: fault.UnsupportedFormat,
			ask: file("phone.heic", text("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")),
		},
		{name: "TIFF", kind: fault.UnsupportedFormat, ask: file("scan.tif", text("II*\x00\x08\x00\x00\x00"))},
		{
			name: "too few bytes", kind: fault.TooFewBytes, param: "maxb",
			ask: file("photo.jpg", func(t *testing.T) []byte { return photo(t, 160, 120) }, "f", "jpeg", "maxb", "100"),
		},
		{
			name: "half a JPEG", kind: fault.DamagedImage,
			ask: file("half.jpg", func(t *testing.T) []byte { return half(photo(t, 160, 120)) }),
		},
		{
			name: "half a PNG", kind: fault.DamagedImage,
			ask: file("half.png", func(t *testing.T) []byte { return half(small(t)) }),
		},
		{name: "wrong bytes in a PNG", kind: fault.DamagedImage, ask: file("wrong.png", func(t *testing.T) []byte {
			data := small(t)
			data[bytes.Index(data, []byte("IDAT"))+10] ^= 0xff
			return data
		})},
	}
}

func half(data []byte) []byte { return data[:len(data)/2] }

// originFaults are told from what the origin does. TestEvilOrigins has many more.
func originFaults() []faultCase {
	evil := func(mode string) func(*testing.T, *rig) answer {
		return func(t *testing.T, r *rig) answer { return r.img(t, "url", r.evil(mode)) }
	}
	return []faultCase{
		{name: "404", kind: fault.SourceNotFound, ask: evil("status-404")},
		{name: "410", kind: fault.SourceNotFound, ask: evil("status-410")},
		{name: "length over the limit", kind: fault.SourceTooLarge, ask: evil("huge-length")},
		{name: "endless", kind: fault.SourceTooLarge, ask: evil("endless-chunks")},
		{name: "500", kind: fault.OriginFailed, ask: evil("status-500")},
		{name: "lying length", kind: fault.OriginFailed, ask: evil("close-in-body")},
		{name: "bad chunk", kind: fault.OriginFailed, ask: evil("bad-chunk-size")},
		{name: "silent", kind: fault.OriginTimeout, ask: evil("hang-before-header")},
		{name: "connection refused", kind: fault.OriginFailed, ask: func(t *testing.T, r *rig) answer {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
			return r.img(t, "url", "http://"+l.Addr().String()+"/a.jpg")
		}},
		{name: "redirect to a private address", kind: fault.SourceForbidden, ask: evil("redirect-private")},
		{name: "redirect to a file", kind: fault.SourceForbidden, ask: evil("redirect-file")},
	}
}

// networkFaults are told where no private network is allowed.
func networkFaults() []faultCase {
	var list []faultCase
	for _, url := range []string{
		"http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
		"http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/", "http://169.254.169.254/latest/",
		"http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://168.63.129.16/", "http://8.8.8.8:81/",
	} {
		list = append(list, faultCase{name: url, kind: fault.SourceForbidden, ask: of(url + "a.jpg")})
	}
	return list
}

// hostFaults are told where only some hosts are allowed, of which this machine is one.
func hostFaults() []faultCase {
	return []faultCase{
		{name: "another host", kind: fault.SourceForbidden, ask: of("http://example.com/a.jpg")},
		{name: "redirect to another host", kind: fault.SourceForbidden, ask: func(t *testing.T, r *rig) answer {
			web := httptest.NewServer(http.RedirectHandler("http://secret.example.com/a.jpg", http.StatusFound))
			t.Cleanup(web.Close)
			a := r.img(t, "url", web.URL)
			if bytes.Contains(a.body, []byte("secret.example.com")) {
				t.Errorf("the body tells where the redirect leads: %s", a.body)
			}
			return a
		}},
	}
}

// newEvil starts misbehaving origins and returns their URLs by mode.
func newEvil(t *testing.T) func(mode string) string {
	t.Helper()
	o, err := evilorigin.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	return o.URL
}
