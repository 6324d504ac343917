package addressing

import (
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

func TestParsePattern(t *testing.T) {
	for _, text := range []string{"utm_*", "fbclid", "gclid", "_ga", "mc_eid", "x-y.z*", "widt*", "W"} {
		if _, ok := ParsePattern(text); !ok {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range []string{
		"", "*", "**", "u*", "url", "w", "w*", "si*", "sig*", "f*", "fr*", "utm_*x", "*utm", "a b",
		"a=b", "a&b", "ü", "utm_**",
	} {
		if _, ok := ParsePattern(text); ok {
			t.Errorf("%s is taken", text)
		}
	}
	for _, name := range param.Names() { // a new parameter too
		if _, ok := ParsePattern(name); ok {
			t.Errorf("%s is taken, and is a parameter", name)
		}
	}
}

// What others add changes neither what was signed nor what is asked for.
func TestIgnored(t *testing.T) {
	r := newRules(func(c *Config) { c.Ignored = []Pattern{"utm_*", "fbclid"} })
	want := split(t, "url=sample:a&w=320&sig=00")
	for _, raw := range []string{
		"url=sample:a&w=320&sig=00&fbclid=IwAR0&utm_source=mail", "utm_campaign=a%20b&url=sample:a&w=320&sig=00",
		"url=sample:a&utm_x=1&utm_x=2&w=320&sig=00", "url=sample:a&w=320&sig=00&fbclid", "url=sample:a&w=320&sig=00&utm_=",
		"url=sample:a&w=320&sig=00&%75tm_a=1", "url=sample:a&w=320&sig=00&utm_a=%zz%00",
	} {
		q, err := r.Split(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
		} else if q.Canonical() != want.Canonical() || q.Sig() != want.Sig() {
			t.Errorf("%s: %s and %s, want %s and %s", raw, q.Canonical(), q.Sig(), want.Canonical(), want.Sig())
		}
	}
	for raw, name := range map[string]string{
		"w=1&utm=1": "utm", "w=1&fbclid2=1": "fbclid2", "w=1&Utm_a=1": "Utm_a",
		"w=1&w=2&utm_a=1": "w",
	} {
		_, err := r.Split(raw)
		wantRefusal(t, err, fault.BadParameter, name)
	}
	for _, raw := range []string{"w=1&utm_a=1;b", "w=1&amp;utm_a=1", strings.Repeat("utm_a=1&", 2000)} {
		_, err := r.Split(raw)
		wantRefusal(t, err, fault.BadQuery, "")
	}
	_, err := newRules().Split("url=sample:a&fbclid=1")
	wantRefusal(t, err, fault.BadParameter, "fbclid")
}
