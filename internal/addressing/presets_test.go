package addressing

import (
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

func newPresets(t *testing.T, texts ...string) (p Presets) {
	t.Helper()
	for _, text := range texts {
		if err := p.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestPresetsRefuse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "NAME=PARAMETERS"},
		{"card", "NAME=PARAMETERS"},
		{"=w=1", "NAME=PARAMETERS"},
		{"a b=w=1", "NAME=PARAMETERS"},
		{"../x=w=1", "NAME=PARAMETERS"},
		{strings.Repeat("a", 65) + "=w=1", "NAME=PARAMETERS"},
		{"card=", "card: want parameters, got none"},
		{"card=w", "card: \"w\" has no \"=\""},
		{"card=w=0", "card: w: got \"0\", want a whole number 1…8192"},
		{"card=width=1", "card: there is no parameter \"width\""},
		{"card=w=1&w=2", "card: w is given twice"},
		{"card=w=1&h=1&ar=1:1", "card: ar"},
		{"card=w=8192&dpr=2", "card: w"},
		{"card=p=card", "card: p cannot stand in a preset"},
		{"card=w=1&p=other", "card: p cannot"},
		{"card=url=sample:photo", "card: url cannot"},
		{"card=sig=00", "card: sig cannot"},
		{"card=t=1", "card: t cannot"},
		{"card=v=1", "card: v cannot"},
		{"card=w=32&free=w", "card: free cannot"},
		{"there=w=2", "there is there twice"},
	} {
		p := newPresets(t, "there=w=1")
		err := p.Add(tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(p) != 1 {
			t.Errorf("%s: %v, want an error with %q", tt.text, err, tt.want)
		}
	}
}

// Everything a URL can say of the picture can stand in a preset.
func TestPresetsTakeEveryParameter(t *testing.T) {
	for _, o := range new(param.Params).Options() {
		var p Presets
		if err := p.Add("x=" + o.Example); err != nil {
			t.Errorf("%s: %v", o.Example, err)
		}
	}
}

func TestExpand(t *testing.T) {
	r := newRules(func(c *Config) { c.Presets = newPresets(t, "card=w=320&h=200&fit=cover&bg=fff", "tiny=w=64") })
	for _, tt := range []struct{ raw, normal string }{
		{"url=sample:a&p=card", "w=320&h=200&fit=cover&bg=ffffff"},
		{"url=sample:a&p=tiny", "w=64"},
		{"url=sample:a&p=card&w=7", "w=7&h=200&fit=cover&bg=ffffff"}, // the URL takes precedence
		{"url=sample:a&p=card&fit=inside&q=50", "w=320&h=200&bg=ffffff&q=50"},
		{"url=sample:a&p=tiny&free=w&w=640", "w=640"},
		{"url=sample:a&w=5", "w=5"},
	} {
		q := split(t, tt.raw)
		req, err := r.Request(q)
		if err != nil || req.Params.Normal() != tt.normal {
			t.Errorf("%s: %s, %v, want %s", tt.raw, req.Params.Normal(), err, tt.normal)
		}
		if !strings.Contains(q.Canonical(), "p=") && strings.Contains(tt.raw, "p=") {
			t.Errorf("%s: what was signed, %s, has lost p", tt.raw, q.Canonical())
		}
	}
	for raw, words := range map[string]string{
		"url=sample:a&p=huge":        "card, tiny",
		"url=sample:a&p=card&ar=1:1": "ar: got it beside w and h",
		"url=sample:a&p=tiny&free=w": "w is missing", // or a preset that changes would
	} {
		_, err := r.Request(split(t, raw))
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", raw, err, words)
		}
	}
	_, err := newRules().Request(split(t, "url=sample:a&p=card"))
	wantRefusal(t, err, fault.BadParameter, "p", "IMAGEKIT_PRESETS")
	if p, err := r.Params(split(t, "p=card&w=9")); err != nil || p.Width != 9 || p.Height != 200 {
		t.Errorf("an upload: %+v, %v", p, err)
	}
	if _, err := split(t, "url=sample:a&p=card").Request(); err == nil {
		t.Error("a query whose preset nobody has looked up is read")
	}
}

func TestOnlyPresets(t *testing.T) {
	r := newRules(func(c *Config) { c.Presets, c.OnlyPresets = newPresets(t, "card=w=320"), true })
	for _, raw := range []string{"url=sample:a&p=card", "url=sample:a&p=card&v=1&t=4102444800&sig=00", "url=sample:a"} {
		if _, err := r.Request(split(t, raw)); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, o := range new(param.Request).Options() {
		switch o.Name {
		case "url", "p", "v", "t", "sig":
			continue
		}
		q := split(t, o.Name+"="+split(t, o.Example).Get(o.Name)+"&url=sample:a&p=card")
		_, err := r.Request(q)
		wantRefusal(t, err, fault.BadParameter, o.Name, "IMAGEKIT_ONLY_PRESETS", "card")
	}
	_, err := r.Params(split(t, "w=5"))
	wantRefusal(t, err, fault.BadParameter, "w", "IMAGEKIT_ONLY_PRESETS")
}

// FuzzPreset: what an operator can set never makes a request that panics, and never one for another source.
func FuzzPreset(f *testing.F) {
	for _, text := range []string{
		"card=w=320&h=200&fit=cover", "a=", "a=p=a", "a=url=x", "a=w=1&&q=2", "a=%77=1", "=",
		"a=w=1;b=w=2",
	} {
		f.Add(text, "w=7&q=5")
	}
	f.Fuzz(func(t *testing.T, text, raw string) {
		var p Presets
		if p.Add(text) != nil {
			return
		}
		name := p.Names()[0]
		q, err := param.Split("url=sample:a&p=" + name + "&" + raw)
		if err != nil {
			return
		}
		req, err := New(Config{Presets: p, FreeMax: 1}).Request(q)
		if err == nil && req.Source != "sample:a" {
			t.Errorf("%q with %q asks for %s", text, raw, req.Source)
		}
		if req, err := New(Config{Presets: p}).Request(split(t, "url=sample:a&p="+name)); err != nil {
			t.Errorf("%q is taken and refused: %+v, %v", text, req, err)
		}
	})
}
