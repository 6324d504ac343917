package param

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

func TestFreeCanonical(t *testing.T) {
	tests := []struct{ name, raw, canonical, spelling string }{
		{"a value is not signed", "url=sample:a&w=320&free=w", "free=w&url=sample:a&w=*", "free=w&url=sample:a&w=320"},
		{"nor is its absence", "url=sample:a&free=w", "free=w&url=sample:a&w=*", "free=w&url=sample:a"},
		{
			"several", "free=f,q,w&w=1&h=2&url=sample:a", "f=*&free=f,q,w&h=2&q=*&url=sample:a&w=*",
			"free=f,q,w&h=2&url=sample:a&w=1",
		},
		{"as the text has it", "free=dpr&dpr=*", "dpr=*&free=dpr", "dpr=*&free=dpr"},
		{"what is not free is signed", "free=w&w=1&q=5", "free=w&q=5&w=*", "free=w&q=5&w=1"},
		{"a star without free is a value", "w=*", "w=*", "w=*"},
		{"a value that looks like free", "v=free%3Dw%26w%3D*", "v=free=w%26w=*", "v=free=w%26w=*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Split(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if q.Canonical() != tt.canonical || q.Spelling() != tt.spelling {
				t.Errorf("canonical %q and spelling %q, want %q and %q", q.Canonical(), q.Spelling(), tt.canonical,
					tt.spelling)
			}
		})
	}
}

// One set has one spelling, and it is read before the signature is.
func TestFreeRefuses(t *testing.T) {
	for _, value := range []string{
		"h", "url", "free", "sig", "W", "w,f", "f,f", "w,w", "dpr,w", "dpr,f,q,w", ",", "w,", ",w", "f,,w", "f, w", "f;w", "*", "f,h", "p", "t", "v",
	} {
		_, err := NewQuery(Pair{"free", value}, Pair{"url", "sample:a"})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.BadParameter || f.Param != "free" {
			t.Errorf("free=%s: %v, want a bad_parameter of free", value, err)
		}
	}
}

// Adding to free, taking from it and reordering it changes the signed text: nobody can widen what was signed.
func TestFreeIsSigned(t *testing.T) {
	texts := map[string]string{} // canonical text → free
	for bits := range Free(1 << len(freeNames)) {
		if bits.Has("w") && bits.Has("dpr") {
			continue
		}
		raw := "url=sample:a&w=320&q=80&f=webp&dpr=2"
		if bits != 0 {
			raw += "&free=" + bits.String()
		}
		q, err := Split(raw)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := texts[q.Canonical()]; taken {
			t.Errorf("free=%s and free=%s are signed as %s", bits, other, q.Canonical())
		}
		texts[q.Canonical()] = bits.String()
		if bits != q.Free() {
			t.Errorf("free=%s reads as %s", bits, q.Free())
		}
	}
	if len(texts) != 12 {
		t.Errorf("%d sets, want the 12 without both w and dpr", len(texts))
	}
}

// Two requests have one signed text exactly if they are alike but for what is free, whatever their values hold.
func TestFreeInjective(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 5))
	values := []string{"1", "*", "w=*", "1&w=*", "1&free=w", "%2A", " ", "w"}
	frees := []string{"", "w", "f,w", "q", "dpr,f"}
	type drawn struct {
		free  string
		pairs string // of all that is signed
	}
	seen := map[string]drawn{}
	for range 20_000 {
		d := drawn{free: frees[random.IntN(len(frees))]}
		var pairs []Pair
		if d.free != "" {
			pairs = append(pairs, Pair{"free", d.free})
		}
		for _, name := range []string{"dpr", "f", "h", "q", "v", "w"} {
			if random.IntN(2) == 0 {
				continue
			}
			value := values[random.IntN(len(values))]
			pairs = append(pairs, Pair{name, value})
			if !slices.Contains(strings.Split(d.free, ","), name) {
				d.pairs += "\x00" + name + "\x01" + value
			}
		}
		random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		q, err := NewQuery(pairs...)
		if err != nil {
			t.Fatal(err)
		}
		text := q.Canonical()
		if other, taken := seen[text]; taken && other != d {
			t.Fatalf("%q is the signed text of %q and %q", text, other, d)
		}
		seen[text] = d
	}
	if len(seen) < 1000 {
		t.Errorf("only %d texts", len(seen))
	}
	back := map[drawn]string{}
	for text, d := range seen {
		if other, taken := back[d]; taken {
			t.Errorf("%q has the texts %q and %q", d, other, text)
		}
		back[d] = text
	}
}
