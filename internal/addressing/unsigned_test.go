package addressing

import (
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

func TestUnsigned(t *testing.T) {
	r := newRules()
	for _, raw := range []string{"url=https://a.example/b.jpg", "url=x&w=320&q=50&f=auto&dpr=2", "url=x&p=card", "w=640"} {
		if err := r.CheckUnsigned(split(t, raw)); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for raw, name := range map[string]string{
		"w=321": "w", "w=0320": "w", "q=51": "q", "f=jpg": "f", "f=json": "f", "dpr=1.25": "dpr", "w=320&free=w": "free", "t=1&w=320": "t",
	} {
		wantRefusal(t, r.CheckUnsigned(split(t, raw)), fault.BadSignature, name)
	}
	for _, o := range new(param.Request).Options() { // a new parameter is out until somebody takes it in
		if !slices.Contains([]string{"url", "p", "w", "q", "f", "dpr", "sig"}, o.Name) {
			raw := o.Name + "=" + split(t, o.Example).Get(o.Name)
			if o.Name == "free" {
				raw += "&w=320"
			}
			wantRefusal(t, r.CheckUnsigned(split(t, raw)), fault.BadSignature, o.Name, "IMAGEKIT_UNSIGNED")
		}
	}
}

func TestUnsignedSource(t *testing.T) {
	r, open := newRules(), newRules(func(c *Config) { c.UnsignedQuery = true })
	for url, want := range map[string][2]bool{ // without UnsignedQuery, with
		"https://a.example/b.jpg": {true, true}, "http://a.example/": {true, true},
		"https://a.example/b.jpg?x=1": {false, true}, "https://a.example/?": {false, true},
		"sample:photo": {false, false}, "file:/etc/passwd": {false, false},
	} {
		if got := [2]bool{r.CheckUnsignedSource(url) == nil, open.CheckUnsignedSource(url) == nil}; got != want {
			t.Errorf("%s: taken %v, want %v", url, got, want)
		}
	}
	wantRefusal(t, r.CheckUnsignedSource("https://a.example/?x"), fault.BadSignature, "url", "IMAGEKIT_UNSIGNED_QUERY")
}

// FuzzUnsigned: what passes without a signature asks for values on the lists, whatever the query.
func FuzzUnsigned(f *testing.F) {
	for _, raw := range []string{
		"url=http://a/&w=320", "w=321", "p=card&w=320", "sig=&w=1", "%77=320",
		"w=320&dpr=1.5&q=80&f=auto", "w=320&v=1", "url=http://a/?b",
	} {
		f.Add(raw)
	}
	var presets Presets
	if err := presets.Add("card=w=77&h=50&fit=cover"); err != nil {
		f.Fatal(err)
	}
	r := newRules(func(c *Config) { c.Presets = presets })
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := r.Split(raw)
		if err != nil || r.CheckUnsigned(q) != nil {
			return
		}
		req, err := r.Request(q)
		if err != nil || r.CheckUnsignedSource(req.Source) != nil {
			return
		}
		p := req.Params
		if !slices.Contains([]int{0, 32, 320, 640, 77}, p.Width) || p.Height != 0 && p.Height != 50 ||
			!slices.Contains([]int{0, 50, 80}, p.Quality) ||
			p.DPR*2 != float64(int(p.DPR*2)) || req.Version != "" || req.Download != "" || req.Free != 0 ||
			!req.Expires.IsZero() || strings.Contains(req.Source, "?") {
			t.Errorf("%q passes as %+v", raw, req)
		}
	})
}
