package server

import (
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/addressing"
	"imagekit/internal/fault"
)

// unsignedRig takes URLs without a signature.
func unsignedRig(t *testing.T, spelling Spelling) *rig {
	return newRig(t, func(c *Config) {
		c.Spelling = spelling
		c.Rules = addressing.New(addressing.Config{
			Widths: []int{32, 320}, Qualities: []int{50, 80}, FreeMax: 20,
			Formats: c.Formats, Unsigned: true,
		})
	})
}

func TestUnsigned(t *testing.T) {
	const plain = "url=https://example.com/a.jpg"
	r := unsignedRig(t, AcceptSpelling)
	for _, query := range []string{plain, plain + "&w=320&q=50&f=auto&dpr=1.5", "w=32&" + plain} {
		wantImage(t, r.ask(get("/img?"+query)))
	}
	for query, param := range map[string]string{
		plain + "&w=321": "w", plain + "&h=320": "h", plain + "&t=4102444800": "t", plain + "&v=1": "v", plain +
			"&dl=a.png": "dl",
		plain + "&w=32&free=w": "free", "url=sample:photo": "url", "url=https://example.com/a.jpg?x=1": "url",
		// A signature that is there has to hold.
		plain + "&sig=": "sig", plain + "&w=32&sig=" + strings.Repeat("0", 64): "sig",
	} {
		if p := wantProblem(t, r.ask(get("/img?"+query)), fault.BadSignature); p.Param != param {
			t.Errorf("%s: param %q, want %s", query, p.Param, param)
		}
	}
	// with one all is as ever
	wantImage(t, r.ask(get(signedURL("h=7&t=4102444800&url=https://example.com/a.jpg?x=1&w=321"))))
	wantProblem(t, r.ask(get("/sign?"+plain)), fault.NotAllowed)
	wantProblem(t, newRig(t).ask(get("/img?"+plain)), fault.BadSignature) // off by default
}

// Without a signature there is one spelling, too.
func TestUnsignedSpelling(t *testing.T) {
	res := unsignedRig(t, RedirectSpelling).ask(get("/img?w=32&&url=https%3A//example.com/a.jpg"))
	if got, want := res.Header.Get("Location"), "?url=https://example.com/a.jpg&w=32"; res.StatusCode != http.StatusPermanentRedirect || got != want {
		t.Errorf("status %d to %q, want 308 to %q", res.StatusCode, got, want)
	}
	wantImage(t, unsignedRig(t, RedirectSpelling).ask(get("/img?url=https://example.com/a.jpg&w=32")))
	wantProblem(t, unsignedRig(t, RefuseSpelling).ask(get("/img?w=32&url=https://example.com/a.jpg")), fault.BadQuery)
}
