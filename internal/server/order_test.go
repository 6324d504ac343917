package server

import (
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/sign"
)

// The checks of /img come in one order: grammar and names, signature, expiry, values. Every row breaks one rule and
// all later ones, so that the earliest has to be the one that is answered.
func TestOrderOfChecks(t *testing.T) {
	wrong := strings.Repeat("0", 64)
	for _, tt := range []struct {
		name   string
		target string
		want   fault.Kind
		param  string
	}{
		{"bad escape", "/img?t=1&w=%zz&sig=" + wrong, fault.BadQuery, ""},
		{"semicolon", "/img?t=1;w=x&sig=" + wrong, fault.BadQuery, ""},
		{"no equals sign", "/img?t=1&w&sig=" + wrong, fault.BadQuery, ""},
		{"control character", "/img?t=1&w=%00&sig=" + wrong, fault.BadQuery, ""},
		{"too long", "/img?url=" + strings.Repeat("a", 14000), fault.BadQuery, ""},
		{"unknown name", "/img?t=1&width=x&sig=" + wrong, fault.BadParameter, "width"},
		{"repeated name", "/img?t=1&w=x&w=x&sig=" + wrong, fault.BadParameter, "w"},
		{"repeated sig", "/img?t=1&w=x&sig=" + wrong + "&sig=" + wrong, fault.BadParameter, "sig"},
		{"empty value", "/img?t=1&w=&sig=" + wrong, fault.BadParameter, "w"},
		{"wrong signature", "/img?t=1&w=x&sig=" + wrong, fault.BadSignature, "sig"},
		{"no signature", "/img?t=1&w=x", fault.BadSignature, "sig"},
		{"empty signature", "/img?t=1&w=x&sig=", fault.BadSignature, "sig"},
		{"nothing at all", "/img", fault.BadSignature, "sig"},
		{"upper-case signature", upperSig(signedURL("t=1&w=x")), fault.BadSignature, "sig"},
		{"short signature", signedURL("t=1&w=x")[:len(signedURL("t=1&w=x"))-1], fault.BadSignature, "sig"},
		{"signature of other values", strings.Replace(signedURL("t=1&w=x"), "w=x", "w=y", 1), fault.BadSignature, "sig"},
		{"expired", signedURL("t=1&w=x"), fault.Expired, ""},
		{"bad t", signedURL("t=x&w=x"), fault.BadParameter, "t"},
		{"no url", signedURL("w=x"), fault.BadParameter, "url"},
		{"bad value", signedURL(picture + "x"), fault.BadParameter, "w"},
		{"bad source", signedURL("url=ftp://example.com/"), fault.BadSource, "url"},
		{"too large", signedURL("dpr=2&url=http://a/&w=8000"), fault.OutputTooLarge, "w"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			res := r.ask(get(tt.target))
			p := wantProblem(t, res, tt.want)
			if p.Param != tt.param {
				t.Errorf("param %q, want %q", p.Param, tt.param)
			}
			if challenge := res.Header.Get("WWW-Authenticate"); (challenge != "") != (tt.want == fault.BadSignature) {
				t.Errorf("WWW-Authenticate: %q", challenge)
			}
			if len(r.painter.asked) > 0 {
				t.Error("it was rendered all the same")
			}
		})
	}
}

func upperSig(target string) string {
	rest, sig, _ := strings.Cut(target, "&sig=")
	return rest + "&sig=" + strings.ToUpper(sig)
}

// Order and escaping of the query do not matter, and old keys are accepted.
func TestSignatureOfTheSameParameters(t *testing.T) {
	old := sign.New([]byte("an older secret"))
	const canonical = "t=4102444800&url=https://example.com/a%20b.jpg&w=320"
	for _, tt := range []struct{ name, query, sig string }{
		{"as signed", canonical, sign.New([]byte(secret)).Sign(canonical)},
		{"other order", "w=320&url=https://example.com/a%20b.jpg&t=4102444800", sign.New([]byte(secret)).Sign(canonical)},
		{
			"other escapes", "%77=%33%320&url=https%3a%2F%2Fexample.com%2fa+b.jpg&&t=4102444800",
			sign.New([]byte(secret)).Sign(canonical),
		},
		{"previous key", canonical, old.Sign(canonical)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Keys = sign.New([]byte(secret), []byte("an older secret")) })
			wantImage(t, r.ask(get("/img?sig="+tt.sig+"&"+tt.query)))
			got := r.painter.last(t).req
			if got.Source != "https://example.com/a%20b.jpg" || got.Params.Width != 320 ||
				!got.Expires.Equal(time.Unix(4102444800, 0)) {
				t.Errorf("asked for %+v", got)
			}
		})
	}
}
