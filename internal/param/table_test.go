package param

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
)

// samples returns values that the option accepts, each with another meaning than the others and than the default.
// They come from the row itself, so that a new row is tested without being asked.
func samples(t *testing.T, o opt.Option) []string {
	t.Helper()
	list := []string{exampleValue(t, o)}
	switch o.To.(type) {
	case *int, *float64:
		list = append(list, plain(o.Min), plain(o.Max))
	}
	list = append(list, o.Choices()...)
	seen := map[string]bool{}
	distinct := list[:0]
	for _, value := range list {
		if err := o.Parse(value); err != nil {
			t.Fatalf("%s=%s: %v", o.Name, value, err)
		}
		if normal := o.Encode(); normal != "" && !seen[normal] {
			seen[normal] = true
			distinct = append(distinct, value)
		}
	}
	return distinct
}

// exampleValue returns the option's own value in its example.
func exampleValue(t *testing.T, o opt.Option) string {
	t.Helper()
	q, err := Split(o.Example)
	if err != nil {
		t.Fatalf("example %q: %v", o.Example, err)
	}
	if o.Name == "sig" {
		return q.Sig()
	}
	if q.Get(o.Name) == "" {
		t.Fatalf("example %q does not use %s", o.Example, o.Name)
	}
	return q.Get(o.Name)
}

// row returns the row of this name bound to p.
func row(t *testing.T, p *Params, name string) opt.Option {
	t.Helper()
	for _, o := range p.Options() {
		if o.Name == name {
			return o
		}
	}
	t.Fatalf("no row %s", name)
	return opt.Option{}
}

func TestRowsAreDescribed(t *testing.T) {
	grammar := regexp.MustCompile(`^[a-z][a-z0-9]*$`) // a name is never escaped in the canonical text
	seen, groups, group := map[string]bool{}, map[string]bool{}, ""
	for _, o := range new(Request).Options() {
		t.Run(o.Name, func(t *testing.T) {
			if o.Group != group && groups[o.Group] {
				t.Errorf("the group %s is torn apart", o.Group)
			}
			group, groups[o.Group] = o.Group, true
			if !grammar.MatchString(o.Name) || seen[o.Name] {
				t.Errorf("the name does not match %s or is there twice", grammar)
			}
			seen[o.Name] = true
			if o.Group == "" || o.Doc == "" || o.DefaultText() == "" {
				t.Error("a row needs a group, a doc and a default")
			}
			exampleValue(t, o)
			if o.Default == "" {
				return
			}
			if err := o.Parse(o.Default); err != nil {
				t.Errorf("default: %v", err)
			}
			if got := o.Encode(); got != "" {
				t.Errorf("the default encodes to %q, want nothing", got)
			}
		})
	}
}

// TestRoundTrip: value → Params → normal text → Params gives the same, for every row; and no two values of a row,
// nor any value and its absence, share a normal text.
func TestRoundTrip(t *testing.T) {
	owner := map[string]string{new(Params).Normal(): "nothing"}
	for _, o := range new(Params).Options() {
		for _, value := range samples(t, o) {
			t.Run(o.Name+"="+value, func(t *testing.T) {
				var p Params
				if err := row(t, &p, o.Name).Parse(value); err != nil {
					t.Fatal(err)
				}
				normal := p.Normal()
				if other, taken := owner[normal]; taken {
					t.Fatalf("normal text %q is also that of %s", normal, other)
				}
				owner[normal] = o.Name + "=" + value
				q, err := Split(normal)
				if err != nil {
					t.Fatalf("normal text %q: %v", normal, err)
				}
				again, err := q.Params()
				if err != nil {
					t.Fatalf("normal text %q: %v", normal, err)
				}
				if again != p {
					t.Errorf("%q reads as %+v, want %+v", normal, again, p)
				}
			})
		}
	}
}

// TestEdges: the ends of every range are in, one step beyond is refused, named and leaves the zero value.
func TestEdges(t *testing.T) {
	for _, o := range new(Params).Options() {
		var in, out []string
		switch o.To.(type) {
		case *int:
			in, out = []string{plain(o.Min), plain(o.Max)}, []string{plain(o.Min - 1), plain(o.Max + 1), "1.5", "1e1", "0x1"}
		case *float64:
			in, out = []string{plain(o.Min), plain(o.Max)}, []string{
				plain(o.Min - 0.01), fmt.Sprintf("%.6f", o.Max+1e-6),
				"1e1", "0x1",
			}
		}
		if _, any := o.To.(*string); any {
			in, out = []string{strings.Repeat("x", int(o.Max))}, []string{strings.Repeat("x", int(o.Max)+1)}
		}
		in = append(in, o.Choices()...)
		if !anyText[o.Name] {
			out = append(out, "-1", "+1", "NaN", "x", "Top", " 1", "1 ", strings.Repeat("1", 100))
		}
		for _, value := range in {
			if _, err := readOne(o.Name, value); err != nil {
				t.Errorf("%s=%s: %v", o.Name, value, err)
			}
		}
		for _, value := range out {
			p, err := readOne(o.Name, value)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.BadParameter || f.Param != o.Name {
				t.Errorf("%s=%s: %v, want a bad_parameter of %s", o.Name, value, err, o.Name)
				continue
			}
			if !strings.Contains(f.Detail, opt.Quote(value)) || !strings.Contains(f.Detail, o.Want()) {
				t.Errorf("%s=%s: %q names not both value and what was wanted", o.Name, value, f.Detail)
			}
			if p != (Params{}) {
				t.Errorf("%s=%s is refused but sets %+v", o.Name, value, p)
			}
		}
	}
}

// anyText lists the parameters that take any text: what it means is known elsewhere.
var anyText = map[string]bool{"wm": true, "text": true, "textfont": true}

func readOne(name, value string) (Params, error) {
	q, err := NewQuery(Pair{name, value})
	if err != nil {
		return Params{}, err
	}
	return q.Params()
}

// TestEqualMeanings: spellings of one meaning have one normal text.
func TestEqualMeanings(t *testing.T) {
	tests := []struct{ normal, spellings string }{
		{"bg=ffffff", "bg=fff bg=FFF bg=ffffff bg=FFffFF"},
		{"ar=16:9", "ar=16:9 ar=32:18 ar=1.6:0.9"},
		{"ar=3:2", "ar=1.5 ar=3:2 ar=1.50"},
		{"padding=8", "padding=8 padding=8,8 padding=8,8,8,8"},
		{"padding=8,4", "padding=8,4 padding=8,4,8,4"},
		{"", "padding=0 brightness=1 contrast=1 saturation=1 gamma=1 hue=0 sharpen=0 kernel=lanczos"},
		{"border=2,ffffff", "border=2,fff border=2,FFFFFF"},
		{"duotone=000000,ffffff", "duotone=000,fff duotone=000000,FFF"},
		{"bg=0a0b0c", "bg=0a0b0c bg=0A0B0C"},
		{"", "g=center g=0.5x0.5 g=0.500x0.5 dpr=1 dpr=1.0 q=80 q=0080 fit=inside"},
		{"", "q=80"},
		{"q=92", "q=high q=92"},
		{"q=78", "q=medium-high"},
		{"q=55", "q=medium-low"},
		{"q=35", "q=low q=035"},
		{"g=top-left", "g=top-left g=0x0 g=0.0x0"},
		{"g=right", "g=right g=1x0.5 g=1.0x0.50"},
		{"g=0.25x0.75", "g=0.25x0.75 g=0.250000x0.75"},
		{"f=jpeg", "f=jpeg f=jpg"},
		{"w=320", "w=320 w=0320"},
		{"dpr=1.5", "dpr=1.5 dpr=01.50"},
		{"crop=0,0,1.0,0.5", "crop=0,0.0,1.0,0.5 crop=0.0,0,1.000,0.50"},
		{"crop=1,1,1,1", "crop=1,01,1,1"},
		{"", "wmg=bottom-right wmg=1x1 wmw=0.2 wmw=0.20 wmm=0 wma=1 wma=1.0"},
		{"wma=0", "wma=0 wma=0.0"},
		{"", "textfont=go textsize=32 textcolor=000 textcolor=000000 textg=center textg=0.5x0.5"},
		{"textmargin=0", "textmargin=0"},
		{"text=a%26b", "text=a&b"},
		{"wmg=center", "wmg=center wmg=0.5x0.5"},
		{"wm=http://a.example/?b=1%26wmw=0.5", "wm=HTTP://A.example?b=1&wmw=0.5"},
	}
	for _, tt := range tests {
		for spelling := range strings.FieldsSeq(tt.spellings) {
			name, value, _ := strings.Cut(spelling, "=")
			p, err := readOne(name, value)
			if err != nil {
				t.Errorf("%s: %v", spelling, err)
			} else if got := p.Normal(); got != tt.normal {
				t.Errorf("%s has the normal text %q, want %q", spelling, got, tt.normal)
			}
		}
	}
}

func TestValuesRefused(t *testing.T) {
	refused := map[string]string{
		"crop": "1,1,1 1,1,1,1,1 1,1,0,1 1,1,1,0 1,1,0.0,1 1.1,0,1,1 0,0,1.000001,1 -1,0,1,1 0,0,1., 0,0,2147483648,1",
		"g":    "centre 0.5 0.5x 0.5x0.5x0.5 1.1x0 0x2 top-center 50x50",
		"bg":   "ff ffff fffff fffffff #fff ggg f_f -ff 0x0 red",
		"rot":  "0 45 360 090",
		"flip": "vh hh x",
		"up":   "0 true yes",
		"f":    "tiff legacy unknown JPEG webp2",
		"fit":  "contain Inside",
	}
	for name, values := range refused {
		for value := range strings.FieldsSeq(values) {
			if p, err := readOne(name, value); err == nil {
				t.Errorf("%s=%s is accepted as %+v", name, value, p)
			}
		}
	}
}

func TestNormalOrder(t *testing.T) {
	q, err := Split("q=30&f=jpg&w=320&fit=cover&h=0240&dpr=1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := q.Params()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Normal(), "w=320&h=240&fit=cover&f=jpeg&q=30"; got != want {
		t.Errorf("Normal = %q, want %q", got, want)
	}
}

// A bound on bytes wants a quality to lower, and is refused where there is none.
func TestMaxBytesRefused(t *testing.T) {
	for query, refused := range map[string]bool{
		"maxb=5000": false, "maxb=5000&f=jpeg": false, "maxb=5000&f=auto": false, "maxb=5000&anim=0": false,
		"maxb=5000&f=png": true, "maxb=5000&f=gif": true, "maxb=5000&f=json": true, "maxb=5000&anim=1": true,
	} {
		q, err := Split(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Params()
		var f *fault.Error
		if got := errors.As(err, &f) && f.Kind == fault.BadParameter && f.Param == "maxb"; got != refused {
			t.Errorf("%s: got %v, want a refusal: %t", query, err, refused)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		query string
		param string // at fault; "" = accepted
	}{
		{"w=8192", ""},
		{"w=2048&dpr=4", ""},
		{"w=8191&h=8192&dpr=1.0", ""},
		{"w=2049&dpr=4", "w"},
		{"h=8192&dpr=1.000001", "h"},
		{"w=100&h=4097&dpr=2", "h"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			q, err := Split(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			_, err = q.Params()
			if tt.param == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.OutputTooLarge || f.Param != tt.param {
				t.Errorf("got %v, want output_too_large of %s", err, tt.param)
			}
		})
	}
}
