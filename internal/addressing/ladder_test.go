package addressing

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

func newRules(change ...func(*Config)) *Rules {
	c := Config{
		Widths: []int{32, 320, 640}, Qualities: []int{50, 80}, FreeMax: 30,
		Formats: []format.Format{format.JPEG, format.WebP, format.AVIF, format.PNG},
	}
	for _, f := range change {
		f(&c)
	}
	return New(c)
}

func split(t *testing.T, raw string) param.Query {
	t.Helper()
	q, err := param.Split(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return q
}

// wantRefusal wants a fault of this kind and parameter, with these words in it.
func wantRefusal(t *testing.T, err error, kind fault.Kind, name string, words ...string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Param != name {
		t.Fatalf("%v, want a %s of %q", err, kind, name)
	}
	for _, w := range words {
		if !strings.Contains(f.Detail, w) {
			t.Errorf("%q does not say %q", f.Detail, w)
		}
	}
}

func TestFree(t *testing.T) {
	for _, tt := range []struct {
		raw   string
		name  string // of the parameter at fault, "" = accepted
		words []string
	}{
		{raw: "w=320&free=w"},
		{raw: "w=320&free=f,w&f=webp"},
		{raw: "w=320&free=f,w&f=auto"},
		{raw: "w=320&free=f,w"},
		{raw: "free=q"},
		{raw: "free=q&q=50"},
		{raw: "free=dpr&dpr=1.5&w=7"},
		{raw: "w=7"},
		{raw: "w=7&free=q"},
		{raw: "free=w", name: "w", words: []string{"missing", "IMAGEKIT_WIDTHS"}},
		{raw: "w=321&free=w", name: "w", words: []string{`"321"`, "32, 320, 640", "IMAGEKIT_WIDTHS"}},
		{raw: "w=0320&free=w", name: "w"},
		{raw: "w=*&free=w", name: "w"},
		{raw: "w=320&free=w,w", name: "free"},
		{raw: "q=51&free=q", name: "q", words: []string{"IMAGEKIT_QUALITIES"}},
		{raw: "q=080&free=q", name: "q"},
		{raw: "f=jpg&free=f", name: "f", words: []string{"auto, jpeg, webp, avif, png", "IMAGEKIT_ALLOWED_FORMATS"}},
		{raw: "f=json&free=f", name: "f"},
		{raw: "dpr=1.25&free=dpr", name: "dpr"},
		{raw: "dpr=1.0&free=dpr", name: "dpr"},
		{raw: "dpr=5&free=dpr", name: "dpr"},
		{raw: "w=320&free=f,q,w", name: ""}, // 3 · 2 · 5 = 30
		{raw: "free=f,q,dpr", name: "free"},
	} {
		t.Run(tt.raw, func(t *testing.T) {
			q, err := param.Split("url=sample:a&" + tt.raw)
			if err == nil {
				_, err = newRules().Request(q)
			}
			if tt.name == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRefusal(t, err, fault.BadParameter, tt.name, tt.words...)
		})
	}
}

func TestPictures(t *testing.T) {
	for _, tt := range []struct {
		free      string
		qualities []int
		want      int
	}{
		{"w", []int{50, 80}, 3},
		{"q", []int{50, 80}, 2},
		{"q", []int{50, 60}, 3}, // and 80, which no q is
		{"f,q", []int{50, 60}, 15},
		{"f,q,w", []int{50, 80}, 30},
		{"dpr", []int{50, 80}, 7},
	} {
		r := newRules(func(c *Config) { c.Qualities = tt.qualities })
		q := split(t, "w=320&free="+tt.free)
		if got := r.Pictures(q.Free()); got != tt.want {
			t.Errorf("free=%s with qualities %v: %d pictures, want %d", tt.free, tt.qualities, got, tt.want)
		}
	}
	r := newRules(func(c *Config) { c.FreeMax = 29 })
	_, err := r.Request(split(t, "url=sample:a&w=320&free=f,q,w"))
	wantRefusal(t, err, fault.BadParameter, "free", "30 pictures", "at most 29", "IMAGEKIT_FREE_MAX")
}

// No query outside the ladder passes: of all that random values ask for, the pictures that are let through are at most as
// many as the rules say.
func TestNothingOutsideTheLadder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	draw := func(name string) string {
		switch name {
		case "w":
			return strconv.Itoa(1 + random.IntN(700))
		case "q":
			return strconv.Itoa(1 + random.IntN(100))
		case "f":
			return []string{"auto", "jpeg", "jpg", "webp", "avif", "png", "gif", "json"}[random.IntN(8)]
		}
		return strconv.FormatFloat(1+float64(random.IntN(13))/4, 'f', 1+random.IntN(2), 64)
	}
	r := newRules(func(c *Config) { c.FreeMax = 100 })
	for _, free := range []string{"w", "f", "q", "dpr", "f,w", "q,w", "dpr,q", "f,q,w"} {
		passed := map[string]bool{}
		for range 4000 {
			raw := "url=sample:a&free=" + free
			for name := range strings.SplitSeq(free, ",") {
				if random.IntN(8) > 0 {
					raw += "&" + name + "=" + draw(name)
				}
			}
			if req, err := r.Request(split(t, raw)); err == nil {
				passed[req.Params.Normal()] = true
			}
		}
		// "auto" comes to a format that has a value of its own, but only the server knows which.
		var set param.Free
		if err := set.Set(free); err != nil {
			t.Fatal(err)
		}
		most := r.Pictures(set)
		if set.Has("f") {
			most += most / 5 // no f is the operator's format, which is one of the values
		}
		if len(passed) > most || len(passed) == 0 {
			t.Errorf("free=%s: %d pictures pass, want 1 to %d", free, len(passed), most)
		}
	}
}
