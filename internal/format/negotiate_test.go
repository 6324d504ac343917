package format

import (
	"strings"
	"testing"
)

func TestNegotiate(t *testing.T) {
	all := Outputs()
	tests := []struct {
		name    string
		accept  string
		allowed []Format
		want    Format
	}{
		{"no header", "", all, Legacy},
		{"Chrome", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", all, AVIF},
		{"Safari 14", "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", all, WebP},
		{"curl", "*/*", all, Legacy},
		{"image wildcard", "image/*", all, Legacy},
		{"order does not matter", "image/webp, image/avif", all, AVIF},
		{"weights are not compared", "image/avif;q=0.1, image/webp;q=0.9", all, AVIF},
		{"refused AVIF", "image/avif;q=0, image/webp", all, WebP},
		{"refused with decimals", "image/avif;q=0.000", all, Legacy},
		{"refused, long way", "image/avif ; Q=0.0 , image/webp;q=0.", all, Legacy},
		{"smallest weight", "image/avif;q=0.001", all, AVIF},
		{"weight one", "image/avif;q=1.000", all, AVIF},
		{"weight above one", "image/avif;q=1.001", all, Legacy},
		{"four decimals", "image/avif;q=0.0001", all, Legacy},
		{"negative weight", "image/avif;q=-1", all, Legacy},
		{"empty weight", "image/avif;q=", all, Legacy},
		{"weight without value", "image/avif;q", all, Legacy},
		{"word as weight", "image/avif;q=high, image/webp;q=0.5", all, WebP},
		{"case", "IMAGE/AVIF;Q=1", all, AVIF},
		{"white space", "\ttext/html ,\t image/webp \t; q=0.3 ", all, WebP},
		{"empty elements", ",, ,image/webp,,", all, WebP},
		{"parameter before the weight", "image/avif;codecs=av01;q=0, image/webp;x=1", all, WebP},
		{"comma in a quoted string", `text/plain;x="a, image/avif", image/webp`, all, WebP},
		{"semicolon in a quoted string", `image/avif;x=";q=0"`, all, AVIF},
		{"escaped quote", `text/plain;x="\", image/avif, "`, all, Legacy},
		{"quote left open", `image/webp, text/plain;x=", image/avif`, all, WebP},
		{"longer name", "image/avif-sequence, ximage/webp", all, Legacy},
		{"inner space", "image / avif", all, Legacy},
		{"AVIF not allowed", "image/avif,image/webp", []Format{JPEG, PNG, WebP}, WebP},
		{"neither allowed", "image/avif,image/webp", []Format{JPEG, PNG}, Legacy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Negotiate(tt.accept, tt.allowed); got != tt.want {
				t.Errorf("Negotiate(%q) = %v, want %v", tt.accept, got, tt.want)
			}
		})
	}
}

// FuzzNegotiate holds that the answer is one of three, that letter case and empty list elements do not change it,
// and that a client that adds image/avif in front gets AVIF.
func FuzzNegotiate(f *testing.F) {
	f.Add("image/avif,image/webp,*/*;q=0.8")
	f.Add("image/webp;q=0, image/avif ; q = 1")
	f.Add(`text/plain;x="a\", image/avif", image/webp`)
	f.Add("image/avif;q=0.0010;;,")
	f.Fuzz(func(t *testing.T, accept string) {
		got := Negotiate(accept, Outputs())
		if got != AVIF && got != WebP && got != Legacy {
			t.Errorf("Negotiate(%q) = %v", accept, got)
		}
		if got != Legacy && !strings.Contains(strings.ToLower(accept), got.MIME()) {
			t.Errorf("Negotiate(%q) = %v, which is not named", accept, got)
		}
		upper := strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, accept)
		if again := Negotiate(", ,"+upper, Outputs()); again != got && strings.ToValidUTF8(accept, "") == accept {
			t.Errorf("upper case of %q: %v, want %v", accept, again, got)
		}
		if again := Negotiate("image/avif,"+accept, Outputs()); again != AVIF {
			t.Errorf("image/avif before %q: %v", accept, again)
		}
	})
}
