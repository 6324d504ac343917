package server

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// form returns an upload of a client on another machine: name, value, name, value …
func form(fields ...string) *http.Request {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		var err error
		if fields[i] == "file" {
			part, create := w.CreateFormFile("file", "a.jpg")
			if create == nil {
				_, err = part.Write([]byte(fields[i+1]))
			}
		} else {
			err = w.WriteField(fields[i], fields[i+1])
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return post(w.FormDataContentType(), b.String())
}

func post(contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/upload", strings.NewReader(body))
	r.RemoteAddr, r.Host = "192.0.2.1:1234", "images.example.com"
	return with(r, "Content-Type", contentType)
}

func TestUpload(t *testing.T) {
	for _, tt := range []struct {
		name   string
		req    *http.Request
		data   string
		out    format.Format
		width  int
		vary   string
		public bool
	}{
		{name: "file alone", req: here(form("file", "bytes")), data: "bytes", out: format.WebP},
		{name: "file first", req: here(form("file", "bytes", "w", "320", "f", "png")), data: "bytes", out: format.PNG, width: 320},
		{name: "file last", req: here(form("f", "png", "w", "320", "file", "bytes")), data: "bytes", out: format.PNG, width: 320},
		{
			name: "negotiated", req: with(here(form("file", "bytes", "f", "auto")), "Accept", "image/avif"), data: "bytes",
			out: format.AVIF, vary: "Accept",
		},
		{name: "empty file is render's to refuse", req: here(form("file", "")), out: format.WebP},
		{name: "file of the largest size", req: here(form("file", strings.Repeat("x", 64<<10))), data: strings.Repeat("x", 64<<10), out: format.WebP},
		{name: "public", req: form("file", "bytes"), data: "bytes", out: format.WebP, public: true},
		{name: "from its own page", req: with(here(form("file", "bytes")), "Sec-Fetch-Site", "same-origin"), data: "bytes", out: format.WebP},
		{name: "conditional", req: with(here(form("file", "bytes")), "If-None-Match", "*"), data: "bytes", out: format.WebP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.PublicUpload = tt.public })
			res := r.ask(tt.req)
			wantImage(t, res)
			got := r.painter.last(t)
			if got.data != tt.data || got.out != tt.out || got.req.Params.Width != tt.width {
				t.Errorf("asked for %d bytes as %v, w=%d", len(got.data), got.out, got.req.Params.Width)
			}
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "Content-Type": "image/webp", "ETag": painted.ETag, "Vary": tt.vary, "X-Cache": "",
				"Server-Timing": "cache;dur=1.50, encode;dur=20.00",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestUploadRefuses(t *testing.T) {
	const boundary = "multipart/form-data; boundary=x"
	const file = "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nbytes\r\n"
	large := strings.Repeat("x", 64<<10+1)
	for _, tt := range []struct {
		name   string
		req    *http.Request
		want   fault.Kind
		param  string
		public bool
	}{
		{name: "no file", req: here(form("w", "320")), want: fault.BadUpload},
		{name: "empty form", req: here(post(boundary, "--x--\r\n")), want: fault.BadUpload},
		{name: "file twice", req: here(form("file", "a", "file", "b")), want: fault.BadUpload},
		{name: "empty file twice", req: here(form("file", "", "file", "")), want: fault.BadUpload},
		{name: "no form", req: here(post("image/jpeg", "bytes")), want: fault.BadUpload},
		{name: "form without boundary", req: here(post("multipart/form-data", "bytes")), want: fault.BadUpload},
		{name: "other multipart", req: here(post("multipart/mixed; boundary=x", strings.Replace(file, "form-data", "attachment", 1)+"--x--")), want: fault.BadUpload},
		{name: "no body", req: here(post(boundary, "")), want: fault.BadUpload},
		{name: "cut in the file", req: here(post(boundary, file[:len(file)-4])), want: fault.BadUpload},
		{name: "cut after the file", req: here(post(boundary, file)), want: fault.BadUpload},
		{name: "cut in the last boundary", req: here(post(boundary, file+"--x")), want: fault.BadUpload},
		{name: "file too large", req: here(form("file", large)), want: fault.SourceTooLarge},
		{name: "field too large", req: here(form("file", "a", "v", large)), want: fault.SourceTooLarge},
		{name: "body too large", req: here(form("file", large[1:], "v", large[1:])), want: fault.SourceTooLarge},
		{name: "parameters too long", req: here(form("file", "a", "bg", large[:20000])), want: fault.BadQuery},
		{name: "url", req: here(form("url", "http://a/", "file", "a")), want: fault.BadParameter, param: "url"},
		{name: "sig", req: here(form("file", "a", "sig", "x")), want: fault.BadParameter, param: "sig"},
		{name: "another field holds the file", req: here(post(boundary, strings.Replace(file, "name=file", "name=image", 1)+"--x--")), want: fault.BadUpload},
		{
			name: "another field holds a file that is too large",
			req:  here(post(boundary, strings.Replace(file, "name=file", "name=image", 1)+large+large)), want: fault.BadUpload,
		},
		{name: "unknown field that is too large", req: here(form("width", large)), want: fault.BadParameter, param: "width"},
		{name: "unknown field", req: here(form("file", "a", "width", "9")), want: fault.BadParameter, param: "width"},
		{name: "field twice", req: here(form("file", "a", "w", "9", "w", "9")), want: fault.BadParameter, param: "w"},
		{name: "empty field", req: here(form("file", "a", "w", "")), want: fault.BadParameter, param: "w"},
		{name: "bad value", req: here(form("file", "a", "w", "0")), want: fault.BadParameter, param: "w"},
		{name: "format not allowed", req: here(form("file", "a", "f", "png")), want: fault.FormatNotAllowed, param: "f"},
		{name: "watermark of a URL, public", req: form("file", "a", "wm", "https://a.example/b.png"), want: fault.NotAllowed, public: true},
		{name: "stranger", req: form("file", "a"), want: fault.NotAllowed},
		{name: "other site", req: with(here(form("file", "a")), "Sec-Fetch-Site", "cross-site"), want: fault.NotAllowed},
		{name: "other site, public", req: with(form("file", "a"), "Sec-Fetch-Site", "cross-site"), want: fault.NotAllowed, public: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.PublicUpload, c.Formats = tt.public, []format.Format{format.WebP} })
			if p := wantProblem(t, r.ask(tt.req), tt.want); p.Param != tt.param {
				t.Errorf("param %q, want %q", p.Param, tt.param)
			}
			if len(r.painter.asked) > 0 {
				t.Error("it was rendered all the same")
			}
		})
	}
}

// A stranger is refused before a byte of the body is read.
func TestUploadRefusesUnread(t *testing.T) {
	req := form("file", "a")
	unread := req.Body
	wantProblem(t, newRig(t).ask(req), fault.NotAllowed)
	if got := body(t, &http.Response{Body: unread}); !strings.HasPrefix(got, "--") {
		t.Errorf("left of the body: %q", got)
	}
}

// Uploads that hold all the memory there is for them refuse the next one, and give it back with their answers.
func TestUploadsAreBoundedTogether(t *testing.T) {
	large := strings.Repeat("x", 60<<10)
	r := newRig(t, func(c *Config) { c.UploadBytes = 200 << 10 })
	working, finish := make(chan struct{}), make(chan struct{})
	r.painter.do = func(context.Context) {
		working <- struct{}{}
		<-finish
	}
	answers := make(chan *http.Response, 3)
	for range cap(answers) {
		go func() { answers <- r.ask(here(form("file", large))) }()
		<-working
	}
	wantProblem(t, r.ask(here(form("file", large))), fault.Overloaded)
	close(finish)
	for range cap(answers) {
		wantImage(t, <-answers)
	}
	r.painter.do = nil
	wantImage(t, r.ask(here(form("file", large))))
	if !r.uploads.TryAcquire(200 << 10) {
		t.Error("memory is still taken when all are answered")
	}
}
