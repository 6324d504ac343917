package param

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
)

func TestSplit(t *testing.T) {
	tests := []struct{ name, raw, canonical string }{
		{"nothing", "", ""},
		{"sorted by name", "w=1&url=sample:a&h=2", "h=2&url=sample:a&w=1"},
		{"empty pieces", "&&w=1&&h=2&", "h=2&w=1"},
		{"sig is no part of it", "w=1&sig=00", "w=1"},
		{"values as sent", "f=jpg&bg=FFF&dpr=1.0", "bg=FFF&dpr=1.0&f=jpg"},
		{"plus is a space", "v=a+b%2Bc", "v=a%20b%2Bc"},
		{"escapes of literal bytes", "%77=%34&v=%7e%2D", "v=~-&w=4"},
		{"lower-case escapes", "v=%c3%bc", "v=%C3%BC"},
		{"raw UTF-8", "v=ü", "v=%C3%BC"},
		{"first = splits", "v=a=b=", "v=a=b="},
		{"structure in values", "v=%26%3B%23%25", "v=%26%3B%23%25"},
		{"any bytes in url", "url=%FF%fe", "url=%FF%FE"},
		{"long escapes", "url=" + strings.Repeat("%C3", 4000), "url=" + strings.Repeat("%C3", 4000)},
		// The published vectors, as a browser's encodeURIComponent sends them.
		{
			"ampersand in the source", "url=https%3A%2F%2Fexample.com%2Fa.jpg%3Fx%3D1%26w%3D500&w=320",
			"url=https://example.com/a.jpg?x=1%26w=500&w=320",
		},
		{
			"percent in the source", "t=4102444800&fit=cover&h=200&url=https%3A%2F%2Fexample.com%2FFoo_(bar)%2520b.jpg",
			"fit=cover&h=200&t=4102444800&url=https://example.com/Foo_(bar)%2520b.jpg",
		},
		{
			"UTF-8 in the source", "w=64&url=https://example.com/ü.png&fit=pad&f=jpg&bg=fff",
			"bg=fff&f=jpg&fit=pad&url=https://example.com/%C3%BC.png&w=64",
		},
		{
			"plus, space, semicolon", "url=https://example.com/a%2Bb+c%3bd.jpg&w=10",
			"url=https://example.com/a%2Bb%20c%3Bd.jpg&w=10",
		},
		{
			"literal punctuation", "url=https://example.com/it's!$(1),*@2.jpg?a=b=c&w=10",
			"url=https://example.com/it's!$(1),*@2.jpg?a=b=c&w=10",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Split(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got := q.Canonical(); got != tt.canonical {
				t.Errorf("Canonical = %q, want %q", got, tt.canonical)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	tests := []struct {
		name, raw string
		kind      fault.Kind
		param     string
		hint      bool
	}{
		{"semicolon", "w=1;h=2", fault.BadQuery, "", false},
		{"escaped for HTML", "w=1&amp;h=2", fault.BadQuery, "", false},
		{"no =", "w=1&h", fault.BadQuery, "", false},
		{"sig without =", "sig", fault.BadQuery, "", false},
		{"short escape", "v=%4", fault.BadQuery, "", false},
		{"bad escape", "v=%zz", fault.BadQuery, "", false},
		{"bad escape in a name", "%7=1", fault.BadQuery, "", false},
		{"bad escape in sig", "sig=%", fault.BadQuery, "", false},
		{"NUL", "v=a%00", fault.BadQuery, "", false},
		{"line feed in url", "url=http://a/%0A", fault.BadQuery, "", false},
		{"raw tab", "v=a\tb", fault.BadQuery, "", false},
		{"DEL", "v=%7F", fault.BadQuery, "", false},
		{"not UTF-8", "v=%FF", fault.BadQuery, "", false},
		{"too long", "v=" + strings.Repeat("a", MaxQuery-1), fault.BadQuery, "", false},
		{"no name", "=1", fault.BadParameter, "", false},
		{"unknown", "width=1", fault.BadParameter, "width", false},
		{"escaped for HTML, and the semicolon as in a URL", "w=1&amp%3Bh=2", fault.BadParameter, "amp;h", false},
		{"upper case", "W=1", fault.BadParameter, "W", false},
		{"repeated", "w=1&h=1&w=1", fault.BadParameter, "w", false},
		{"repeated by an escape", "w=1&%77=1", fault.BadParameter, "w", false},
		{"repeated sig", "sig=&sig=", fault.BadParameter, "sig", false},
		{"empty", "w=", fault.BadParameter, "w", false},
		{"raw url", "url=https://example.com/?a=1&b=2", fault.BadParameter, "b", true},
		{"raw url first", "w=3&url=https://example.com/?w=1&w=2", fault.BadParameter, "w", true},
		{"raw url with a bare key", "url=https://example.com/?a&b", fault.BadQuery, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Split(tt.raw)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != tt.kind || f.Param != tt.param {
				t.Fatalf("got %v, want a %s of %q", err, tt.kind, tt.param)
			}
			if got := strings.Contains(f.Detail, "percent-encode that URL"); got != tt.hint {
				t.Errorf("hint is there: %t, want %t (%s)", got, tt.hint, f.Detail)
			}
			if html := strings.Contains(tt.raw, "&amp"); html != strings.Contains(f.Detail, "HTML") {
				t.Errorf("HTML is named: %t, want %t (%s)", !html, html, f.Detail)
			}
			if len(f.Detail) > 300 {
				t.Errorf("the detail has %d bytes", len(f.Detail))
			}
		})
	}
}

// TestSigIsLeftToVerify: a missing, empty or strange signature is 401, not 400.
func TestSigIsLeftToVerify(t *testing.T) {
	for raw, want := range map[string]string{"w=1": "", "w=1&sig=": "", "w=1&sig=XYZ+": "XYZ ", "sig=00ff&w=1": "00ff"} {
		q, err := Split(raw)
		if err != nil {
			t.Errorf("Split(%q): %v", raw, err)
		} else if q.Sig() != want || q.Canonical() != "w=1" {
			t.Errorf("Split(%q): sig %q, canonical %q", raw, q.Sig(), q.Canonical())
		}
	}
}

func TestNewQuery(t *testing.T) {
	q, err := NewQuery(Pair{"w", "5"}, Pair{"v", "a&b=c"}, Pair{"f", "png"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := q.Canonical(), "f=png&v=a%26b=c&w=5"; got != want {
		t.Errorf("Canonical = %q, want %q", got, want)
	}
	refused := map[string][]Pair{
		"unknown":   {{"width", "5"}},
		"repeated":  {{"w", "5"}, {"w", "5"}},
		"empty":     {{"w", ""}},
		"control":   {{"v", "a\nb"}},
		"not UTF-8": {{"v", "\xff"}},
		"too long":  {{"v", strings.Repeat("a", MaxQuery)}},
	}
	for name, pairs := range refused {
		if _, err := NewQuery(pairs...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestRequest(t *testing.T) {
	raw := "url=HTTPS://Example.com:443%23x&w=320&h=240&fit=cover&g=left&crop=0.5,10,0.25,20&dpr=1.5&up=1&rot=90&flip=hv&bg=369&f=auto&q=50&t=4102444800&v=2&sig=00"
	q, err := Split(raw)
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.Request()
	if err != nil {
		t.Fatal(err)
	}
	want := Request{
		Source: "https://example.com/", Version: "2", Expires: time.Unix(4102444800, 0),
		Params: Params{
			Width: 320, Height: 240, Fit: Cover, Gravity: Gravity{Set: true, X: 0, Y: 0.5},
			Crop: Crop{Set: true, X: Length{0.5, true}, Y: Length{10, false}, W: Length{0.25, true}, H: Length{20, false}},
			DPR:  1.5, Up: true, Rotate: 90, Flip: FlipBoth, Background: Color{true, 0x33, 0x66, 0x99},
			Format: format.Auto, Quality: 50,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRequestRefuses(t *testing.T) {
	tests := []struct {
		name, raw string
		kind      fault.Kind
		param     string
	}{
		{"no url", "w=1", fault.BadParameter, "url"},
		{"source", "url=ftp://a/", fault.BadSource, "url"},
		{"value", "url=sample:a&w=0", fault.BadParameter, "w"},
		{"too large", "url=sample:a&w=8192&dpr=2", fault.OutputTooLarge, "w"},
		{"v too long", "url=sample:a&v=" + strings.Repeat("%C3%BC", 32) + "a", fault.BadParameter, "v"},
		{"expiry", "url=sample:a&t=-1", fault.BadParameter, "t"},
		{"expiry with a fraction", "url=sample:a&t=1.5", fault.BadParameter, "t"},
		{"expiry of 11 digits", "url=sample:a&t=10000000000", fault.BadParameter, "t"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Split(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			r, err := q.Request()
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != tt.kind || f.Param != tt.param {
				t.Errorf("got %+v, %v, want a %s of %s", r, err, tt.kind, tt.param)
			}
		})
	}
	if q, _ := Split("url=sample:a&v=" + strings.Repeat("%C3%BC", 32)); q.Get("v") == "" {
		t.Error("v of 64 bytes is refused by Split")
	} else if _, err := q.Request(); err != nil {
		t.Errorf("v of 64 bytes: %v", err)
	}
}

// TestParamsRefusesTheRequest: a query that comes with its picture has no source, expiry, version or signature.
func TestParamsRefusesTheRequest(t *testing.T) {
	shaping := new(Params).Options()
	for _, o := range new(Request).Options() {
		want := slices.ContainsFunc(shaping, func(p opt.Option) bool { return p.Name == o.Name })
		q, err := Split(o.Example)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Params(); (err == nil) != want {
			t.Errorf("%s: accepted %t, want %t (%v)", o.Example, err == nil, want, err)
		}
	}
}

func TestExpires(t *testing.T) {
	tests := []struct {
		raw  string
		want time.Time
		ok   bool
	}{
		{"w=0", time.Time{}, true}, // other values are not looked at
		{"t=0&w=x", time.Unix(0, 0), true},
		{"t=4102444800", time.Unix(4102444800, 0), true},
		{"t=soon", time.Time{}, false},
	}
	for _, tt := range tests {
		q, err := Split(tt.raw)
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.Expires()
		if !got.Equal(tt.want) || (err == nil) != tt.ok {
			t.Errorf("%s: %v, %v, want %v", tt.raw, got, err, tt.want)
		}
	}
}

// FuzzCanonical: the canonical text reads as the same query and is its own canonical text; two queries share it
// only if they hold the same parameters, but for the values of what is free.
func FuzzCanonical(f *testing.F) {
	var all []string
	for _, o := range new(Request).Options() {
		f.Add(o.Example, o.Name+"="+o.Default)
		all = append(all, o.Example)
	}
	f.Add(strings.Join(all, "&"), "w=1&w=2")
	f.Add("url=%FF%26&v=a+b", "url=%ff%26&v=a%20b")
	f.Add("%77=1&&h=%32", "w=1;h=2")
	f.Add("free=f,w&w=1", "free=f,w&w=*&f=*")
	f.Add("w=*", "w=1&free=w")
	f.Fuzz(func(t *testing.T, a, b string) {
		q, err := Split(a)
		if err != nil {
			return
		}
		canonical := q.Canonical()
		if strings.ContainsFunc(canonical, func(r rune) bool {
			return r <= ' ' || r >= 0x7f || r == ';' || r == '+' ||
				r == '#'
		}) {
			t.Errorf("canonical %q is not plain", canonical)
		}
		if len(canonical) <= MaxQuery {
			again, err := Split(canonical)
			if err != nil {
				t.Fatalf("canonical %q of %q: %v", canonical, a, err)
			}
			if !slices.Equal(again.pairs, q.signedPairs()) || again.Canonical() != canonical {
				t.Errorf("canonical %q of %q reads as %q", canonical, a, again.pairs)
			}
		}
		other, err := Split(b)
		if err == nil && (other.Canonical() == canonical) != slices.Equal(other.signedPairs(), q.signedPairs()) {
			t.Errorf("%q and %q: canonical %q and %q", a, b, canonical, other.Canonical())
		}
		_, _ = q.Request() // must not panic
	})
}

// BenchmarkHit is what a cache hit pays for its query: split, canonical text, values, normal text.
func BenchmarkHit(b *testing.B) {
	raw := "f=webp&q=80&url=https://upload.wikimedia.org/wikipedia/commons/3/3f/JPEG_example_flower.jpg&w=400&sig=872010fd487487a8c6fc0a4853492ca262513589ee6474f6cdec467055b28712"
	b.ReportAllocs()
	for b.Loop() {
		q, err := Split(raw)
		if err != nil {
			b.Fatal(err)
		}
		_ = q.Canonical()
		r, err := q.Request()
		if err != nil {
			b.Fatal(err)
		}
		_ = r.Params.Normal()
	}
}
