package server

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

func TestAttachment(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"cat.jpg", `attachment; filename="cat.jpg"; filename*=UTF-8''cat.jpg`},
		{"cat", `attachment; filename="cat.webp"; filename*=UTF-8''cat.webp`},
		{"my.cat", `attachment; filename="my.cat.webp"; filename*=UTF-8''my.cat.webp`},
		{"Käse 100%.PNG", `attachment; filename="K_se 100_.PNG"; filename*=UTF-8''K%C3%A4se%20100%25.PNG`},
		{"猫.avif", `attachment; filename="_.avif"; filename*=UTF-8''%E7%8C%AB.avif`},
		{"it's; filename=x.png", `attachment; filename="it's; filename=x.png"; filename*=UTF-8''it%27s%3B%20filename%3Dx.png`},
		{`a"b\c.png`, `attachment; filename="a_b_c.png"; filename*=UTF-8''a%22b%5Cc.png`},
	} {
		if got := attachment(tt.name, format.WebP); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestDownload(t *testing.T) {
	r := newRig(t)
	res := r.ask(get(signedURL("dl=K%C3%A4se&" + picture)))
	wantImage(t, res)
	if got, want := res.Header.Get("Content-Disposition"), `attachment; filename="K_se.webp"; filename*=UTF-8''K%C3%A4se.webp`; got != want {
		t.Errorf("Content-Disposition: %s, want %s", got, want)
	}
	res = r.ask(get(signedURL(picture)))
	wantImage(t, res)
	if got := res.Header.Get("Content-Disposition"); got != "" {
		t.Errorf("without dl: %s", got)
	}
	for _, bad := range []string{
		"a/b.png", `a\b.png`, "..", ".", " ", "a\u202egnp.exe", "a\u0085b", "a\u2028b\u200e", `a"b`, "a:b", "a|b", strings.Repeat("ä", 101),
	} {
		if p := wantProblem(t, r.ask(here(get("/sign?url=http://a/&dl="+url.QueryEscape(bad)))),
			fault.BadParameter); p.Param != "dl" {
			t.Errorf("%q: param %q", bad, p.Param)
		}
	}
	for _, bad := range []string{"a%0D%0ASet-Cookie:x=1", "a%0Ab", "a%00", "a%7F", "%FF"} {
		wantProblem(t, r.ask(here(get("/sign?url=http://a/&dl="+bad))), fault.BadQuery)
	}
}

// FuzzAttachment: whatever the name, it is one field value that says one name, and that name is the one given.
func FuzzAttachment(f *testing.F) {
	for _, name := range []string{"cat.jpg", "Käse", `a";x="`, "a\r\nb", "%41", "猫.png", "'", "=?utf-8?q?a?="} {
		f.Add(name)
	}
	r := newRig(f)
	f.Fuzz(func(t *testing.T, name string) {
		res := r.ask(here(get("/sign?url=http://a/&dl=" + url.QueryEscape(name))))
		if res.StatusCode != http.StatusOK {
			return // refused: it cannot come here
		}
		value := attachment(name, format.PNG)
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q: %q", name, value)
		}
		// mime reads filename* as the name, and refuses two parameters of one name.
		kind, params, err := mime.ParseMediaType(strings.Replace(value, `filename="`, `plain="`, 1))
		if err != nil || kind != "attachment" || len(params) != 2 || params["filename"] != name &&
			params["filename"] != name+".png" {
			t.Errorf("%q: %s reads as %s %q, %v", name, value, kind, params, err)
		}
	})
}
