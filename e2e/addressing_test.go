//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// wantCode wants a refusal of this kind whose words hold these.
func (a answer) wantCode(t *testing.T, kind fault.Kind, words ...string) {
	t.Helper()
	var p struct{ Code, Detail string }
	if err := json.Unmarshal(a.body, &p); err != nil || a.status != kind.Row().Status || p.Code != kind.Row().Code {
		t.Fatalf("got %d and %.300q, want %d %s", a.status, a.body, kind.Row().Status, kind)
	}
	for _, w := range words {
		if !strings.Contains(p.Detail, w) {
			t.Errorf("%q does not say %q", p.Detail, w)
		}
	}
}

// One signature serves a srcset, and nothing that is not on the operator's list.
func TestFreeSignature(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_WIDTHS=640,64,320", "IMAGEKIT_FREE_MAX=15", "IMAGEKIT_ALLOWED_FORMATS=jpeg,webp,avif,png")
	sig := signature(s.secret, "f=*&free=f,w&url=sample:photo&w=*")
	for _, values := range []string{"w=64", "w=320", "w=640&f=jpeg", "w=64&f=auto"} {
		if a := s.get(t, "/img?free=f,w&url=sample:photo&"+values+"&sig="+sig); a.status != http.StatusOK {
			t.Errorf("%s: status %d: %s", values, a.status, a.body)
		}
	}
	s.get(t, "/img?free=f,w&url=sample:photo&w=65&sig="+sig).wantCode(t, fault.BadParameter, "64, 320, 640",
		"IMAGEKIT_WIDTHS")
	s.get(t, "/img?free=f,w&url=sample:photo&sig="+sig).wantCode(t, fault.BadParameter, "w is missing")
	s.get(t, "/img?free=w&url=sample:photo&w=64&sig="+sig).wantCode(t, fault.BadSignature)
	s.get(t, "/img?url=sample:photo&w=64&sig="+sig).wantCode(t, fault.BadSignature)
	s.img(t, "url", "sample:photo", "w", "65").wantState(t, "MISS") // all is signed: as ever
	s.img(t, "url", "sample:photo", "w", "64").wantState(t, "HIT")  // the same picture, whatever was signed

	env := []string{
		"IMAGEKIT_SECRET=" + s.secret, "IMAGEKIT_WIDTHS=640,64,320", "IMAGEKIT_FREE_MAX=15",
		"IMAGEKIT_ALLOWED_FORMATS=jpeg,webp,avif,png",
	}
	stdout, stderr, code := run(t, env, "sign", "--free", "w,f", "--explain", "url=sample:photo&w=64")
	if want := "/img?free=f,w&url=sample:photo&w=64&sig=" + sig + "\n"; code != 0 || stdout != want ||
		!strings.Contains(stderr, "pictures: 15 of at most 15") {
		t.Errorf("status %d, stdout %q, stderr %q; want %q", code, stdout, stderr, want)
	}
	if _, stderr, code := run(t, env, "sign", "--free", "w,q", "url=sample:photo&w=64"); code != 2 ||
		!strings.Contains(stderr, "IMAGEKIT_FREE_MAX") {
		t.Errorf("18 pictures: status %d, stderr %q", code, stderr)
	}
}

// What a mailer adds to a link does not break it, and /sign does not sign it.
func TestIgnoredParameters(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_IGNORE=utm_*,fbclid", "IMAGEKIT_SPELLING=redirect")
	signed := s.signed("url", "sample:photo", "w", "64")
	a := s.get(t, signed+"&utm_source=mail&fbclid=IwAR0")
	if to := a.header.Get("Location"); a.status != http.StatusPermanentRedirect || to != strings.TrimPrefix(signed, "/img") {
		t.Errorf("got %d to %q, want 308 to the URL as it was signed", a.status, to)
	}
	s.get(t, signed+"&utn_source=mail").wantCode(t, fault.BadParameter, "utn_source")
	s.get(t, strings.ReplaceAll(signed, "&", "&amp;")).wantCode(t, fault.BadQuery, "&amp;", "escaped for HTML")
	s.get(t, "/sign?url=sample:photo&utm_source=mail").wantCode(t, fault.BadParameter, "utm_source")
	plain := start(t, "IMAGEKIT_IGNORE=utm_*")
	plain.get(t, plain.signed("url", "sample:photo", "w", "64")+"&utm_source=mail").wantState(t, "MISS")
}

// A preset stands for its parameters: one picture, however it is asked for.
func TestPresets(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_PRESETS=card=w=320&h=200&fit=cover;tiny=w=64")
	s.img(t, "url", "sample:photo", "p", "card").wantState(t, "MISS")
	s.img(t, "url", "sample:photo", "w", "320", "h", "200", "fit", "cover").wantState(t, "HIT")
	s.img(t, "url", "sample:photo", "p", "card", "h", "100").wantState(t, "MISS")
	s.img(t, "url", "sample:photo", "p", "huge").wantCode(t, fault.BadParameter, "card, tiny")
	s.img(t, "url", "sample:photo", "p", "card", "w", "0").wantCode(t, fault.BadParameter, "w:")

	path := filepath.Join(t.TempDir(), "presets")
	write(t, path, "# of the shop\ncard=w=320&h=200&fit=cover\n")
	only := start(t, "IMAGEKIT_PRESETS_FILE="+path, "IMAGEKIT_ONLY_PRESETS=1", "IMAGEKIT_PUBLIC_UPLOAD=1")
	only.img(t, "url", "sample:photo", "p", "card", "v", "2").wantState(t, "MISS")
	only.img(t, "url", "sample:photo", "p", "card", "w", "5").wantCode(t, fault.BadParameter, "IMAGEKIT_ONLY_PRESETS")
	only.get(t, "/sign?url=sample:photo&w=5").wantCode(t, fault.BadParameter, "IMAGEKIT_ONLY_PRESETS")
	page := string(only.get(t, "/").body)
	if !strings.Contains(page, `data-name="p"`) || strings.Contains(page, `data-name="w"`) {
		t.Error("the page offers what is not allowed, or not what is")
	}
}

func TestBadPresets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "presets")
	write(t, path, "card=w=320\nself=p=self\n")
	refusesToStart(t, []string{"IMAGEKIT_PRESETS_FILE=" + path}, nil,
		[]string{"IMAGEKIT_PRESETS_FILE", path + ":2", "p cannot stand in a preset"})
	refusesToStart(t, []string{"IMAGEKIT_PRESETS=card=widht=320"}, nil, []string{"IMAGEKIT_PRESETS", "card", `"widht"`})
	refusesToStart(t, []string{"IMAGEKIT_ONLY_PRESETS=1"}, nil, []string{"IMAGEKIT_ONLY_PRESETS"})
}

// dl changes how a picture is offered, not the picture.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.img(t, "url", "sample:photo", "w", "64").wantState(t, "MISS")
	a := s.img(t, "url", "sample:photo", "w", "64", "dl", "Käse")
	a.wantState(t, "HIT")
	if got, want := a.header.Get("Content-Disposition"), `attachment; filename="K_se.webp"; filename*=UTF-8''K%C3%A4se.webp`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.img(t, "url", "sample:photo", "dl", "../etc/passwd").wantCode(t, fault.BadParameter, "dl:")
}

// Without signatures the lists are all that is allowed.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	s := start(t, "IMAGEKIT_UNSIGNED=1", "IMAGEKIT_ALLOWED_HOSTS=127.0.0.1", "IMAGEKIT_WIDTHS=64,320",
		"IMAGEKIT_PRESETS=card=w=100&h=50&fit=cover")
	url := o.url + "/photo.jpg"
	for _, values := range []string{"", "&w=64", "&w=320&f=jpeg&q=80", "&p=card"} {
		if a := s.get(t, "/img?url="+url+values); a.status != http.StatusOK {
			t.Errorf("%s: status %d: %s", values, a.status, a.body)
		}
	}
	s.get(t, "/img?url="+url+"&w=65").wantCode(t, fault.BadSignature, "64, 320", "IMAGEKIT_WIDTHS")
	s.get(t, "/img?url="+url+"&h=64").wantCode(t, fault.BadSignature, "IMAGEKIT_UNSIGNED")
	s.get(t, "/img?url="+url+"%3Fx=1").wantCode(t, fault.BadSignature, "IMAGEKIT_UNSIGNED_QUERY")
	s.get(t, "/img?url=sample:photo").wantCode(t, fault.BadSignature, "http or https")
	s.get(t, "/img?url=http://other.example/a.jpg").wantCode(t, fault.SourceForbidden)
	s.get(t, "/img?url="+url+"&w=64&sig=").wantCode(t, fault.BadSignature)
	s.img(t, "url", url, "w", "65").wantState(t, "MISS")
	refusesToStart(t, []string{"IMAGEKIT_UNSIGNED=1"}, nil, []string{"IMAGEKIT_UNSIGNED", "IMAGEKIT_ALLOWED_HOSTS"})
}
