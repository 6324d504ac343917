//go:build unix

package e2e

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/probe"
)

// imgproxySettings are those of imgproxy's own documentation.
var imgproxySettings = []string{"IMAGEKIT_IMGPROXY_KEY=736563726574", "IMAGEKIT_IMGPROXY_SALT=68656c6c6f"}

// imgproxy signs a path as a site does that ran imgproxy: with its documentation in hand and nothing of ours.
func imgproxy(path string) string {
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte("hello" + path))
	return "/" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + path
}

// siteOfImgproxy is the links of a site: options, and the size they had there of a photo of 480 × 320.
var siteOfImgproxy = []struct {
	options       string
	width, height int
}{
	{"", 480, 320},
	{"rs:fit:300:300", 300, 200},
	{"rs:fill:300:300", 300, 300},
	{"rs:fill:600:300", 480, 300},
	{"rs:fill:600:300:1", 600, 300},
	{"rs:fill-down:600:300", 480, 240},
	{"rs:force:100:100", 100, 100},
	{"rs:auto:100:50", 100, 50},
	{"rs:auto:50:100", 50, 33},
	{"rs:fit:300:300:0:1", 300, 300},
	{"w:240/dpr:2/pd:10", 520, 360},
	{"c:100:80:nowe/rot:90", 100, 80},
	{"rs:fill:100:100/g:soea:10:10/bl:2/q:60", 100, 100},
}

// A site of 50 signed links with mixed options is answered by changing the host alone.
func TestSiteOfImgproxy(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	s := start(t, append(imgproxySettings, "IMAGEKIT_DIALECTS=imgproxy,imgproxy:/ip",
		"IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "DISABLE_RATE_LIMIT=1")...)
	links := 0
	for _, row := range siteOfImgproxy {
		options := row.options
		if options != "" {
			options = "/" + options
		}
		encoded := base64.RawURLEncoding.EncodeToString([]byte(o.url + "/photo.jpg"))
		for source, format := range map[string]string{
			"/plain/" + o.url + "/photo.jpg": "jpeg", "/plain/" + o.url + "/photo.jpg@webp": "webp",
			"/" + encoded[:9] + "/" + encoded[9:]: "jpeg", "/" + encoded + ".png": "png",
		} {
			links++
			a := s.get(t, imgproxy(options+source))
			if a.status != http.StatusOK {
				t.Errorf("%s%s: %d %s", options, source, a.status, a.body)
				continue
			}
			got, err := probe.Read(a.body, probe.Limits{MaxPixels: 1 << 30})
			if err != nil || got.Format.String() != format || got.Width != row.width || got.Height != row.height {
				t.Errorf("%s%s: %v of %d × %d, %v; want %s of %d × %d", options, source, got.Format, got.Width, got.Height,
					err, format, row.width, row.height)
			}
		}
	}
	if links < 50 {
		t.Errorf("%d links, want 50 at least", links)
	}
	path := imgproxy("/w:10/plain/" + o.url + "/photo.jpg")
	s.get(t, "/ip"+path).wantState(t, "MISS")
	s.get(t, path+"?utm_source=mail").wantState(t, "HIT")
	refusal(t, s.get(t, strings.Replace(path, "w:10", "w:11", 1)), fault.BadSignature)
	refusal(t, s.get(t, "/insecure/w:10/plain/"+o.url+"/photo.jpg"), fault.BadSignature)
	refusal(t, s.get(t, imgproxy("/w:10/bogus:1/plain/"+o.url+"/photo.jpg")), fault.BadParameter)
	refusal(t, s.get(t, imgproxy("/exp:1/plain/"+o.url+"/photo.jpg")), fault.Expired)
	if log := s.log.String(); strings.Contains(log, path[1:44]) || !strings.Contains(log, `"path":"imgproxy"`) {
		t.Error("the log shows a signature, or not the route")
	}
}

// Sites behind Cloudflare and of Next keep their links: relative ones lie below the site itself.
func TestUnsignedSites(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	s := start(t, "IMAGEKIT_DIALECTS=imgproxy,cloudflare,next", "IMAGEKIT_DIALECTS_UNSIGNED=1",
		"IMAGEKIT_ALLOWED_HOSTS=127.0.0.1",
		"IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "IMAGEKIT_BASE_URL="+o.url, "DISABLE_RATE_LIMIT=1")
	for path, want := range map[string]string{
		"/cdn-cgi/image/w=240/photo.jpg":                                         "jpeg 240 × 160",
		"/cdn-cgi/image/w=240,f=auto/" + o.url + "/photo.jpg":                    "webp 240 × 160",
		"/cdn-cgi/image/w=600,h=600,fit=cover/photo.jpg":                         "jpeg 600 × 600",
		"/cdn-cgi/image/w=600,h=100,fit=crop,gravity=left,f=avif/photo.jpg":      "avif 480 × 100",
		"/_next/image?url=%2Fphoto.jpg&w=256&q=75":                               "webp 256 × 171",
		"/_next/image?url=" + url.QueryEscape(o.url+"/small.png") + "&w=64&q=75": "webp",
		"/insecure/rs:fit:100:100/plain/photo.jpg":                               "jpeg 100 × 67",
		"/whatever/rs:fit:100:100/plain/" + o.url + "/photo.jpg":                 "jpeg 100 × 67",
	} {
		a := s.get(t, path, "Accept", "image/webp,*/*")
		got, err := probe.Read(a.body, probe.Limits{MaxPixels: 1 << 30})
		if text := fmt.Sprintf("%s %d × %d", got.Format, got.Width, got.Height); err != nil ||
			!strings.HasPrefix(text, want) {
			t.Errorf("%s: %d, %s, %v, want %s: %.200s", path, a.status, text, err, want, a.body)
		}
	}
	refusal(t, s.get(t, "/_next/image?url=%2Fphoto.jpg&w=257&q=75"), fault.BadParameter)
	refusal(t, s.get(t, "/cdn-cgi/image/w=10,bogus=1/photo.jpg"), fault.BadParameter)
	refusal(t, s.get(t, "/cdn-cgi/image/w=10/https://elsewhere.example.com/photo.jpg"), fault.SourceForbidden)
	refusal(t, s.get(t, "/cdn-cgi/image/w=10/../photo.jpg"), fault.BadSource)
	refusal(t, s.get(t, "/img?url="+o.url+"/photo.jpg"), fault.BadSignature)
	s.log.expect("answered without a signature")
}

// Sites of thumbor and of imagor, each at its host, with their keys; what is signed for one is not signed for the other.
func TestSitesOfThumborAndImagor(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	s := start(t, append(imgproxySettings, "IMAGEKIT_DIALECTS=imgproxy,thumbor,imagor:/imagor",
		"IMAGEKIT_THUMBOR_KEY=my-security-key", "IMAGEKIT_IMAGOR_KEY=another",
		"IMAGEKIT_IMAGOR_SIGNER=sha256:40", "IMAGEKIT_ALLOWED_NETWORKS=127.0.0.0/8", "IMAGEKIT_BASE_URL="+o.url, "DISABLE_RATE_LIMIT=1")...)
	for _, row := range []struct{ path, want string }{
		{"photo.jpg", "jpeg 480 × 320"},
		{"300x300/photo.jpg", "jpeg 300 × 300"},
		{"fit-in/300x300/photo.jpg", "jpeg 300 × 200"},
		{"fit-in/300x300/filters:fill(tomato):format(webp)/" + o.url + "/photo.jpg", "webp 300 × 300"},
		{"600x600/left/filters:no_upscale():quality(50):grayscale()/photo.jpg", "jpeg 480 × 320"},
		{"10x20:110x70/200x/filters:rotate(90)/photo.jpg", "jpeg 100 × 200"},
		{"-100x-50/right/bottom/filters:blur(2):round_corner(5)/small.png", "png 100 × 50"},
	} {
		for _, path := range []string{
			thumborSigned(sha1.New, "my-security-key", row.path, 28),
			"/imagor" + thumborSigned(sha256.New, "another", row.path, 40),
		} {
			a := s.get(t, path)
			got, err := probe.Read(a.body, probe.Limits{MaxPixels: 1 << 30})
			if text := fmt.Sprintf("%s %d × %d", got.Format, got.Width, got.Height); err != nil || text != row.want {
				t.Errorf("%s: %d, %s, %v, want %s: %.200s", path, a.status, text, err, row.want, a.body)
			}
		}
	}
	const path = "10x/photo.jpg"
	refusal(t, s.get(t, thumborSigned(sha1.New, "another", path, 28)), fault.BadSignature)
	refusal(t, s.get(t, "/imagor"+thumborSigned(sha256.New, "my-security-key", path, 40)), fault.BadSignature)
	refusal(t, s.get(t, "/imagor"+thumborSigned(sha1.New, "my-security-key", path, 28)), fault.NotFound)
	refusal(t, s.get(t, "/imagor"+imgproxy("/w:10/plain/photo.jpg")), fault.NotFound)
	refusal(t, s.get(t, "/unsafe/"+path), fault.BadSignature)
	refusal(t, s.get(t, thumborSigned(sha1.New, "my-security-key", "filters:watermark(a,0,0,0)/photo.jpg", 28)),
		fault.BadParameter)
}

// thumborSigned signs a path as a site does that ran thumbor or imagor.
func thumborSigned(h func() hash.Hash, key, path string, chars int) string {
	mac := hmac.New(h, []byte(key))
	mac.Write([]byte(path))
	return "/" + base64.URLEncoding.EncodeToString(mac.Sum(nil))[:chars] + "/" + path
}

func TestSignImgproxy(t *testing.T) {
	t.Parallel()
	const path = "/rs:fit:300:300/plain/https://example.com/a.jpg"
	out, stderr, code := run(t, imgproxySettings, "sign", "--dialect", "imgproxy", "--base", "https://img.example.com", path)
	if want := "https://img.example.com" + imgproxy(path) + "\n"; out != want || code != 0 {
		t.Errorf("%q, %q, %d; want %q", out, stderr, code, want)
	}
	for _, args := range [][]string{
		{"sign", "--dialect", "imgprox", path},
		{"sign", "--dialect", "imgproxy", "/bogus:1/plain/https://example.com/a.jpg"},
	} {
		if out, stderr, code := run(t, imgproxySettings, args...); code != 2 || out != "" ||
			!strings.Contains(stderr, "want") && !strings.Contains(stderr, "bogus") {
			t.Errorf("%v: %q, %q, %d", args, out, stderr, code)
		}
	}
}

func TestBadDialects(t *testing.T) {
	t.Parallel()
	for _, c := range [][]string{
		{"IMAGEKIT_DIALECTS", "IMAGEKIT_DIALECTS=bogus"},
		{"IMAGEKIT_DIALECTS", "IMAGEKIT_DIALECTS=imgproxy:/img/x"},
		{"IMAGEKIT_DIALECTS_UNSIGNED", "IMAGEKIT_DIALECTS=next"},
		{"IMAGEKIT_ALLOWED_HOSTS", "IMAGEKIT_DIALECTS_UNSIGNED=1"},
		{"IMAGEKIT_BASE_URL", "IMAGEKIT_BASE_URL=example.com"},
		{"IMAGEKIT_DIALECTS", "IMAGEKIT_DIALECTS=thumbor,imagor"},
		{"IMAGEKIT_DIALECTS", "IMAGEKIT_DIALECTS=imgproxy,imagor", "IMAGEKIT_IMAGOR_SIGNER=sha256:43"},
		{"IMAGEKIT_IMAGOR_SIGNER", "IMAGEKIT_IMAGOR_SIGNER=md5"},
		{"IMAGEKIT_THUMBOR_KEY_FILE", "IMAGEKIT_THUMBOR_KEY_FILE=/nowhere/key"},
		{"IMAGEKIT_IMGPROXY_KEY", "IMAGEKIT_IMGPROXY_KEY=xyz"},
		{"IMAGEKIT_IMGPROXY_SALT", "IMAGEKIT_IMGPROXY_KEY=6b"},
		{"IMAGEKIT_IMGPROXY_PRESETS", "IMAGEKIT_DIALECTS=imgproxy", "IMAGEKIT_IMGPROXY_PRESETS=a=bogus:1"},
		{"IMAGEKIT_IMGPROXY_PRESETS_FILE", "IMAGEKIT_DIALECTS=imgproxy", "IMAGEKIT_IMGPROXY_PRESETS_FILE=/nowhere/presets"},
		{"IMAGEKIT_IMGPROXY_SIGNATURE_SIZE", "IMAGEKIT_IMGPROXY_SIGNATURE_SIZE=4"},
	} {
		refusesToStart(t, c[1:], nil, c[:1])
	}
}
