package opt

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// shade is a flag.Value with Choices.
type shade string

func (s *shade) String() string { return string(*s) }

func (s *shade) Set(text string) error {
	if text != "light" && text != "dark" {
		return errors.New("no shade")
	}
	*s = shade(text)
	return nil
}

func (*shade) Choices() []string { return []string{"light", "dark"} }

// pieces is a flag.Value that knows which piece of a list is wrong and says itself what it wants.
type pieces []string

func (p *pieces) String() string { return strings.Join(*p, ",") }

func (p *pieces) Set(text string) error {
	list := strings.Split(text, ",")
	for _, piece := range list {
		if piece == "" {
			return &Error{Value: piece, Want: "no empty piece"}
		}
	}
	*p = list
	return nil
}

func (*pieces) Want() string { return "a list" }

// parseTests are options and what they make of values.
var parseTests = []struct {
	name    string
	option  Option
	accepts map[string]string // value → what Encode returns
	refuses []string
	want    string
}{
	{
		"bool",
		Option{To: new(bool)},
		map[string]string{"1": "1"},
		[]string{"", "0", "true", "11"},
		"1",
	},
	{
		"int",
		Option{To: new(int), Min: 1, Max: 8192, Default: "80"},
		map[string]string{"1": "1", "8192": "8192", "0042": "42", "80": ""},
		[]string{"", "0", "8193", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1_0", "١", "10000000000", "99999999999999999999"},
		"a whole number 1…8192",
	},
	{
		"int without upper bound",
		Option{To: new(int), Min: 1},
		map[string]string{"9999999999": "9999999999"},
		[]string{"0"},
		"a whole number of at least 1",
	},
	{
		"float",
		Option{To: new(float64), Min: 0.5, Max: 4, Default: "1"},
		map[string]string{"0.5": "0.5", "1.250000": "1.25", "4": "4", "00003": "3", "1.0": ""},
		[]string{
			"", "0.4", "4.000001", ".5", "1.", "1.2.3", "1e0", "NaN", "Inf", "0x1p1", "-1", "1.0000000", "000001",
			"1,5",
		},
		"a number 0.5…4",
	},
	{
		"string",
		Option{To: new(string), Max: 4},
		map[string]string{"a": "a", "üü": "üü"},
		[]string{"fünf", "abcde"},
		"text of at most 4 bytes",
	},
	{
		"choices",
		Option{To: new(shade), Default: "light"},
		map[string]string{"light": "", "dark": "dark"},
		[]string{"", "Dark", "grey"},
		"one of light, dark",
	},
	{
		"own words",
		Option{To: new(pieces)},
		map[string]string{"a,b": "a,b"},
		nil, "a list",
	},
}

func TestParseEncode(t *testing.T) {
	for _, tt := range parseTests {
		t.Run(tt.name, func(t *testing.T) {
			for value, normal := range tt.accepts {
				if err := tt.option.Parse(value); err != nil {
					t.Errorf("Parse(%q): %v", value, err)
				} else if got := tt.option.Encode(); got != normal {
					t.Errorf("Parse(%q), Encode = %q, want %q", value, got, normal)
				}
			}
			before := tt.option.Encode()
			for _, value := range tt.refuses {
				err := tt.option.Parse(value)
				var e *Error
				if !errors.As(err, &e) || e.Value != value || e.Want != tt.want {
					t.Errorf("Parse(%q) = %v, want an Error that wants %s", value, err, tt.want)
				}
				if got := tt.option.Encode(); got != before {
					t.Errorf("Parse(%q) failed but set %q", value, got)
				}
			}
			if got := tt.option.Want(); got != tt.want {
				t.Errorf("Want = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnsetEncodesToNothing(t *testing.T) {
	for _, o := range []Option{{To: new(bool)}, {To: new(int)}, {To: new(float64)}, {To: new(string)}, {To: new(shade)}} {
		if got := o.Encode(); got != "" {
			t.Errorf("Encode of an unset %T = %q, want nothing", o.To, got)
		}
	}
}

func TestErrorText(t *testing.T) {
	var w int
	err := Option{Name: "w", To: &w, Min: 1, Max: 10}.Parse("11")
	if got, want := err.Error(), `w: got "11", want a whole number 1…10`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	err = Option{Name: "list", To: new(pieces)}.Parse("a,,b")
	if got, want := err.Error(), `list: got "", want no empty piece`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Quote(strings.Repeat("x", 5000)); len(got) > 100 {
		t.Errorf("Quote of a long value has %d bytes", len(got))
	}
}

func TestUnknownTypePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_ = Option{Name: "x", To: 1}.Parse("1")
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{
		"0", "8192", "0.5", "1.000001", "1e9", "NaN", "0x1p3", "-1", "1.", ".5", "9999999999",
		"99999.999999",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, whole := Whole(s)
		if whole && (n < 0 || n > 9_999_999_999) {
			t.Errorf("Whole(%q) = %d", s, n)
		}
		x, decimal := Decimal(s)
		if decimal && (math.IsNaN(x) || x < 0 || x >= 100_000) {
			t.Errorf("Decimal(%q) = %g", s, x)
		}
		if decimal {
			again, ok := Decimal(plain(x))
			if !ok || again != x {
				t.Errorf("Decimal(%q) = %g, written %q and read as %g, %t", s, x, plain(x), again, ok)
			}
		}
	})
}

func TestReference(t *testing.T) {
	list := []Option{
		{Name: "w", Group: "Size", Default: "1"},
		{Name: "h", Group: "Size", DefaultDoc: "from w|the source"},
		{Name: "q", Group: "Output"},
	}
	got := Reference(list,
		Column{"Name", func(o Option) string { return Code(o.Name) }},
		Column{"Default", Option.DefaultText})
	want := `
## Size

| Name | Default |
| --- | --- |
| ` + "`w` | `1`" + ` |
| ` + "`h`" + ` | from w\|the source |

## Output

| Name | Default |
| --- | --- |
| ` + "`q`" + ` |  |
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A word stands for its number, is listed, and named where a value is refused.
func TestWords(t *testing.T) {
	n := 0
	o := Option{Name: "q", To: &n, Min: 1, Max: 100, Default: "80", Words: []Word{{"high", 92}, {"usual", 80}}}
	for value, want := range map[string]int{"high": 92, "usual": 80, "7": 7} {
		if err := o.Parse(value); err != nil || n != want {
			t.Errorf("%s: got %d, %v, want %d", value, n, err, want)
		}
	}
	n = 92
	if got := o.Encode(); got != "92" {
		t.Errorf("got %q, want the number", got)
	}
	err := o.Parse("highest")
	if err == nil || !strings.Contains(err.Error(), "1…100, or one of high, usual") || n != 92 {
		t.Errorf("got %v", err)
	}
}
