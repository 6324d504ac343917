package param

import (
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// TestText: a text may have line feeds, which nothing else may, and no other control characters.
func TestText(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  fault.Kind // Unknown = it is taken
		text  string
	}{
		{"text=a%0Ab", 0, "a\nb"},
		{"text=" + strings.Repeat("%CC%81", 150), 0, strings.Repeat("\u0301", 150)},
		{"text=%E2%80%AEabc", 0, "\u202eabc"},
		{"text=+a+", 0, " a "},
		{"text=" + strings.Repeat("x", 300), 0, strings.Repeat("x", 300)},
		{"text=" + strings.Repeat("x", 301), fault.BadParameter, ""},
		{"text=" + strings.Repeat("%CC%81", 151), fault.BadParameter, ""},
		{"text=%20%0A%20", fault.BadParameter, ""},
		{"text=a%00b", fault.BadQuery, ""},
		{"text=a%09b", fault.BadQuery, ""},
		{"text=a%0D%0Ab", fault.BadQuery, ""},
		{"text=a%7Fb", fault.BadQuery, ""},
		{"text=%FF%FE", fault.BadQuery, ""},
		{"text=%ED%A0%80", fault.BadQuery, ""}, // half of a surrogate pair
		{"textfont=a%0Ab", fault.BadQuery, ""},
		{"wm=a%0Ab", fault.BadQuery, ""},
	} {
		q, err := Split(tt.query)
		var p Params
		if err == nil {
			p, err = q.Params()
		}
		if tt.text != "" {
			if err != nil || p.Text.Value != tt.text {
				t.Errorf("%s: got %q, %v", tt.query, p.Text.Value, err)
			}
			continue
		}
		if f := fault.From(err); err == nil || f.Kind != tt.want {
			t.Errorf("%s: got %q, %v, want %v", tt.query, p.Text.Value, err, tt.want)
		}
	}
}
