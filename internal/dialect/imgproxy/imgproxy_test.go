package imgproxy

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

var (
	secretHello = Key{[]byte("secret"), []byte("hello")}
	other       = Key{[]byte("another key"), []byte("another salt")}
)

// documented is the example of imgproxy's own documentation ("Signing the URL").
const documented = "/oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png"

func TestVerify(t *testing.T) {
	signed := func(r *Reader, path string) string {
		return "/" + base64.RawURLEncoding.EncodeToString(r.mac(secretHello, path)) + path
	}
	whole := reader(t, Config{Keys: []Key{other, secretHello}})
	short := reader(t, Config{Keys: []Key{secretHello}, SignatureSize: 8})
	plain := "/w:100/plain/https://example.com/a.jpg"
	for name, tt := range map[string]struct {
		r      *Reader
		path   string
		signed bool
		ok     bool
	}{
		"documented":              {whole, documented, true, true},
		"of the second key":       {whole, signed(whole, plain), true, true},
		"colons escaped":          {whole, strings.Replace(signed(whole, plain), "w:100", "w%3A100", 1), true, true},
		"slashes merged":          {whole, strings.Replace(signed(whole, plain), "https://", "https:/", 1), true, true},
		"truncated":               {short, signed(short, plain), true, true},
		"whole where truncated":   {short, signed(whole, plain), false, false},
		"another path":            {whole, signed(whole, plain) + "x", false, false},
		"last bits that mean nil": {whole, strings.Replace(documented, "XH8/", "XH9/", 1), false, false},
		"unsafe":                  {whole, "/unsafe" + plain, false, true},
		"insecure":                {whole, "/insecure" + plain, false, true},
		"without keys":            {reader(t, Config{}), "/anything" + plain, false, true},
	} {
		target := dialect.Target{Path: tt.path}
		got, err := tt.r.Verify(target)
		if got != tt.signed || (err == nil) != tt.ok {
			t.Errorf("%s: %v and %v, want %v and no error: %v", name, got, err, tt.signed, tt.ok)
		}
		if err != nil && fault.From(err).Kind != fault.BadSignature {
			t.Errorf("%s: %v, want bad_signature", name, err)
		}
	}
}

func TestTakes(t *testing.T) {
	keyed := reader(t, Config{Keys: []Key{secretHello}})
	for path, want := range map[string]bool{
		documented: true, "/unsafe/plain/x": true, "/_/plain/x": true, "/-/x": true, "/insecure/x": true,
		"/other/plain/x": false, "/unsafe": false, "/unsafe/": false, "//x": false, "/": false,
		"/" + strings.Repeat("a", 42) + "/x": false, "/" + strings.Repeat("a", 27) + "=/x": false,
		"/" + strings.Repeat("a", 42) + "=/x": false,
	} {
		if got := keyed.Takes(dialect.Target{Path: path}); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if !reader(t, Config{}).Takes(dialect.Target{Path: "/other/plain/x"}) {
		t.Error("without keys anything stands for a signature")
	}
}

func TestReplace(t *testing.T) {
	r := reader(t, Config{Keys: []Key{secretHello}})
	r.Replace([]Key{other})
	if _, err := r.Verify(dialect.Target{Path: documented}); err == nil {
		t.Error("a key that is gone still verifies")
	}
}

func TestSign(t *testing.T) {
	r := reader(t, Config{Keys: []Key{secretHello, other}})
	got, err := r.Sign("rs:fill:300:400:0/g:no/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png")
	if err != nil {
		t.Fatal(err)
	}
	if signed, err := r.Verify(dialect.Target{Path: got}); !signed || err != nil {
		t.Errorf("%s: %v, %v", got, signed, err)
	}
	if _, err := r.Sign("/bogus:1/plain/https://example.com/a.jpg"); err == nil {
		t.Error("signed what nobody can read")
	}
	if _, err := reader(t, Config{}).Sign("/plain/https://example.com/a.jpg"); err == nil {
		t.Error("signed without a key")
	}
}

func TestSource(t *testing.T) {
	const url = "https://example.com/a%20b.jpg?v=1"
	encoded := base64.RawURLEncoding.EncodeToString([]byte(url))
	for path, want := range map[string]struct {
		source string
		format format.Format
	}{
		"/plain/https://example.com/a%2520b.jpg%3Fv=1":            {url, format.Source},
		"/plain/https://example.com/a%2520b.jpg%3Fv=1@webp":       {url, format.WebP},
		"/plain/https://example.com/a%2520b.jpg%3Fv=1@":           {url, format.Source},
		"/plain/https:/example.com/a%2520b.jpg%3Fv=1@png":         {url, format.PNG},
		"/f:png/plain/https://example.com/a%2520b.jpg%3Fv=1":      {url, format.PNG},
		"/f:png/plain/https://example.com/a%2520b.jpg%3Fv=1@avif": {url, format.AVIF},
		"/plain/https://example.com/%40a.jpg@jpg":                 {"https://example.com/@a.jpg", format.JPEG},
		"/" + encoded:        {url, format.Source},
		"/" + encoded + "==": {url, format.Source},
		"/" + encoded[:7] + "/" + encoded[7:] + ".jpg": {url, format.JPEG},
		"/w:1/" + encoded + ".webp":                    {url, format.WebP},
	} {
		req, err := reader(t, Config{}).read(repaired(path))
		if err != nil || req.Source != want.source || req.Params.Format != want.format {
			t.Errorf("%s: %q as %v, %v; want %q as %v", path, req.Source, req.Params.Format, err, want.source, want.format)
		}
	}
	req, err := reader(t, Config{FileNames: true, AutoFormat: true}).read("/w:1/" + encoded + "/puppy.jpg")
	if err != nil || req.Source != url || req.Params.Format != format.Auto {
		t.Errorf("with a file name: %+v, %v", req, err)
	}
}

func TestSourceBelowBase(t *testing.T) {
	r := reader(t, Config{Base: "https://www.example.com/media"})
	for path, want := range map[string]string{
		"/plain/photos/a.jpg":        "https://www.example.com/media/photos/a.jpg",
		"/plain//photos/a.jpg":       "https://www.example.com/media/photos/a.jpg",
		"/plain/https://b/photo@png": "https://b/photo",
	} {
		if req, err := r.read(path); err != nil || req.Source != want {
			t.Errorf("%s: %q, %v; want %q", path, req.Source, err, want)
		}
	}
	for _, path := range []string{"/plain/../a.jpg", "/plain/a/%2e%2e/b.jpg", "/plain/%2F%2Fevil.example.com/a.jpg"} {
		if _, err := r.read(path); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	req, err := reader(t, Config{}).read("/cb:2026/exp:4102444800/plain/https://example.com/a.jpg")
	if err != nil || req.Version != "2026" || !req.Expires.Equal(time.Unix(4102444800, 0)) {
		t.Errorf("%+v, %v", req, err)
	}
	req, err = reader(t, Config{}).read("/cb:" + strings.Repeat("x", 65) + "/exp:0/plain/https://example.com/a.jpg")
	if err != nil || len(req.Version) != 32 || !req.Expires.IsZero() {
		t.Errorf("%+v, %v", req, err)
	}
}

// Whatever cannot be done is refused, and the option named as the URL has it.
func TestRefused(t *testing.T) {
	const src = "/plain/https://example.com/a.jpg"
	for path, name := range map[string]string{
		"/bogus:1" + src: "bogus", "/rs:crop:1:1" + src: "rs", "/resize:fit:x" + src: "resize", "/w:-1" +
			src: "w", "/w:1.5" + src: "w",
		"/w:1:2" + src: "w", "/height:99999999999" + src: "height", "/w:9000/el:1" + src: "w", "/w:9000/ex:1" + src: "w",
		"/h:5000/el:1/dpr:2" + src: "h", "/dpr:0" + src: "dpr", "/dpr:5" + src: "dpr", "/dpr:0.5" +
			src: "dpr", "/el:1/dpr:2" + src: "dpr", "/z:2" + src: "z",
		"/w:10/z:0" + src: "z", "/w:10/z:1:2" + src: "z", "/rt:force/w:10" + src: "rt", "/ex:1:no:1:1" +
			src: "ex", "/ex:1/exar:1/w:10/h:10" + src: "exar",
		"/g:sm" + src: "g", "/gravity:objw:face:1" + src: "gravity", "/g:obj:face" + src: "g", "/g:up" +
			src: "g", "/g:fp:2:0" + src: "g", "/g:no:x:1" + src: "g", "/c:x:1" + src: "c",
		"/c:1:1:sm" + src: "c", "/rot:45" + src: "rot", "/rot:" + src: "rot", "/pd:1:2:3:x" + src: "pd", "/pd:9999" +
			src: "pd", "/bg:red" + src: "bg", "/bg:1:2:300" + src: "bg",
		"/bg:1:2" + src: "bg", "/bl:300" + src: "bl", "/sharpen:11" + src: "sharpen", "/pix:1000" + src: "pix", "/q:101" +
			src: "q", "/fq:webp" + src: "fq",
		"/fq:bmp:1" + src: "fq", "/f:bmp" + src: "f", "/format:best" +
			src: "format", "/plain/https://example.com/a.jpg@ico": "ext", "/exp:soon" + src: "exp",
		"/ar:0" + src: "ar", "/sm:0" + src: "sm", "/kcr:1" + src: "kcr", "/ph:1" + src: "ph", "/raw:1" +
			src: "raw", "/skp:jpg" + src: "skp", "/att:1" + src: "att",
		"/mw:10" + src: "mw", "/mb:100" + src: "mb", "/t:10" + src: "t", "/wm:0.5" + src: "wm", "/msr:1" +
			src: "msr", "/pr:nobody" + src: "pr", "/br:10" + src: "br",
		"/fill/300/200/ce/0" + src: "source", "/enc/abc": "source", "/w:1": "source", "/w:1/": "source", "/plain/": "url", "/plain/ftp://example.com/a": "url",
		"/plain/abs:///etc/passwd": "url", "/plain/https://a/b@jpg@png": "source", "/plain/https://a/%zz": "source", "/w:1/aHR0c.a.b": "source", "/w:1/****": "source",
	} {
		_, err := reader(t, Config{}).read(path)
		if err == nil {
			t.Errorf("%s is taken", path)
			continue
		}
		f := fault.From(err)
		if f.Kind.Row().Status != 400 || f.Param != name || !strings.HasPrefix(f.Detail, name+": ") {
			t.Errorf("%s: %v blames %q, want 400 for %q", path, f, f.Param, name)
		}
	}
}

func TestPresets(t *testing.T) {
	r := reader(t, Config{Presets: "# ours\ndefault=q:70/rs:fill\nthumb=w:100/h:50, twice=pr:thumb/pr:twice/w:200\n"})
	for path, want := range map[string]param.Params{
		"/plain/https://a/b":                {Fit: param.CropTo},
		"/pr:thumb/plain/https://a/b":       {Fit: param.CropTo, Width: 100, Height: 50},
		"/w:7/pr:thumb/plain/https://a/b":   {Fit: param.CropTo, Width: 100, Height: 50},
		"/preset:thumb/w:7/plain/https://a": {Fit: param.CropTo, Width: 7, Height: 50},
		"/pr:twice/plain/https://a/b":       {Fit: param.CropTo, Width: 200, Height: 50},
	} {
		req, err := r.read(path)
		got := param.Params{Fit: req.Params.Fit, Width: req.Params.Width, Height: req.Params.Height}
		if err != nil || got != want || req.Params.Foreign.Qualities[format.JPEG] != 70 {
			t.Errorf("%s: %+v, %v; want %+v", path, req.Params, err, want)
		}
	}
	only := reader(t, Config{Presets: "a=w:10\nb=h:20", OnlyPresets: true})
	if req, err := only.read("/a:b/plain/https://a/b"); err != nil || req.Params.Width != 10 || req.Params.Height != 20 {
		t.Errorf("only presets: %+v, %v", req.Params, err)
	}
	if _, err := only.read("/w:10/plain/https://a/b"); err == nil {
		t.Error("an option is taken where only presets are")
	}
}

func TestBadPresets(t *testing.T) {
	for text, want := range map[string]string{
		"thumb":             "line 1",
		"a=w:1\n\nb=":       "line 3",
		"a=w:1\na=w:2":      "given twice",
		"a=w:x":             "preset a: w: want",
		"a=bogus:1":         "preset a: bogus",
		"a=pr:b":            `there is no preset "b"`,
		"=w:1":              "line 1",
		"a=w:1, b=whatever": "preset b",
	} {
		if _, err := New(Config{Presets: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzRead wants no panic, 400 or 401 for all that is refused, and requests in the bounds of ours.
func FuzzRead(f *testing.F) {
	f.Add(documented)
	for _, r := range rows {
		f.Add("/_/" + r.options + "/plain/https://example.com/a.jpg@png")
	}
	r := reader(f, Config{Presets: "default=q:70\nthumb=w:100/pr:thumb"})
	keyed := reader(f, Config{Keys: []Key{secretHello}})
	f.Fuzz(func(t *testing.T, path string) {
		target := dialect.Target{Path: path}
		if !strings.HasPrefix(path, "/") || !r.Takes(target) {
			return
		}
		if signed, _ := keyed.Verify(target); signed && path != documented {
			_, rest := cutSignature(target)
			if _, want := cutSignature(dialect.Target{Path: documented}); rest != want {
				t.Fatalf("signed: %s", path)
			}
		}
		req, err := r.Read(target)
		if err != nil {
			if status := fault.From(err).Kind.Row().Status; status != 400 {
				t.Fatalf("%s: %v", path, err)
			}
			return
		}
		p := req.Params
		if req.Source == "" || len(req.Version) > maxVersion || p.Width > param.MaxSide || p.Height > param.MaxSide ||
			p.DPR > 4 || p.DPR < 0 {
			t.Fatalf("%s: %+v", path, req)
		}
		if strings.ContainsAny(p.Normal(), "\n\x00") {
			t.Fatalf("%s: the key text %q", path, p.Normal())
		}
	})
}
