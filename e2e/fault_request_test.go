//go:build unix

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// requestFaults are told from the request alone.
func requestFaults() []faultCase {
	return []faultCase{
		{name: "bad escape", kind: fault.BadQuery, ask: path("/img?url=%zz&w=1")},
		{name: "no value", kind: fault.BadQuery, ask: path("/img?w")},
		{name: "raw semicolon", kind: fault.BadQuery, ask: path("/img?w=1;h=2")},
		{name: "long query", kind: fault.BadQuery, ask: path("/img?v=" + strings.Repeat("x", 14_001))},
		{name: "unknown parameter", kind: fault.BadParameter, param: "width", ask: path("/img?width=1")},
		{name: "repeated parameter", kind: fault.BadParameter, param: "w", ask: path("/img?w=1&w=2")},
		{
			name: "no url", kind: fault.BadParameter, param: "url",
			ask: func(t *testing.T, r *rig) answer { return r.img(t, "w", "1") },
		},
		{name: "width 0", kind: fault.BadParameter, param: "w", ask: smallWith("w", "0")},
		{name: "bad fit", kind: fault.BadParameter, param: "fit", ask: smallWith("fit", "squeeze")},
		{name: "bad expiry", kind: fault.BadParameter, param: "t", ask: smallWith("t", "soon")},
		{name: "other scheme", kind: fault.BadSource, param: "url", ask: of("ftp://example.com/a.jpg")},
		{name: "user info", kind: fault.BadSource, param: "url", ask: of("http://u:p@example.com/a.jpg")},
		{name: "decimal host", kind: fault.BadSource, param: "url", ask: of("http://2130706433/a.jpg")},
		{name: "octal host", kind: fault.BadSource, param: "url", ask: of("http://0177.0.0.1/a.jpg")},
		{name: "zone", kind: fault.BadSource, param: "url", ask: of("http://[fe80::1%25eth0]/a.jpg")},
		{name: "box over 8192", kind: fault.OutputTooLarge, param: "w", ask: smallWith("w", "8192", "dpr", "2")},
		{name: "pixels over the limit", kind: fault.OutputTooLarge, ask: smallWith("w", "1001", "h", "1000", "fit", "pad")},
		{name: "format", kind: fault.FormatNotAllowed, param: "f", ask: smallWith("f", "avif")},
		{name: "no form", kind: fault.BadUpload, ask: upload("text/plain", "hello")},
		{name: "no file in the form", kind: fault.BadUpload, ask: uploadFile(nil)},
		{
			name: "form cut short", kind: fault.BadUpload,
			ask: upload("multipart/form-data; boundary=x",
				"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf"),
		},
		{name: "no signature", kind: fault.BadSignature, param: "sig", ask: path("/img?url=sample:photo")},
		{
			name: "wrong signature", kind: fault.BadSignature, param: "sig",
			ask: path("/img?url=sample:photo&sig=" + strings.Repeat("0", 64)),
		},
		{
			name: "another request's signature", kind: fault.BadSignature, param: "sig",
			ask: func(t *testing.T, r *rig) answer {
				return r.get(t, strings.Replace(r.signed("url", "sample:photo", "w", "20"), "w=20", "w=21", 1))
			},
		},
		{
			name: "/sign for a proxy", kind: fault.NotAllowed,
			ask: path("/sign?url=sample:photo", "X-Forwarded-For", "198.51.100.7"),
		},
		{
			name: "/sign for another host", kind: fault.NotAllowed,
			ask: path("/sign?url=sample:photo", "Host", "img.example.com"),
		},
		{name: "/stats for a proxy", kind: fault.NotAllowed, ask: path("/stats/cache", "Forwarded", "for=198.51.100.7")},
		{name: "no such page", kind: fault.NotFound, ask: path("/image")},
		{name: "POST to /img", kind: fault.MethodNotAllowed, ask: method(http.MethodPost, "/img")},
		{name: "GET of /upload", kind: fault.MethodNotAllowed, ask: method(http.MethodGet, "/upload")},
		{name: "expired", kind: fault.Expired, ask: smallWith("t", "1000000000", "w", "not looked at")},
		{name: "20 KB header", kind: fault.HeadersTooLarge, ask: path("/health", "Cookie", strings.Repeat("x", 20<<10))},
	}
}

// method returns a request by a method that is not allowed; the answer must name those that are.
func method(name, path string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer {
		a := r.must(t, name, path, nil)
		if a.header.Get("Allow") == "" {
			t.Error("405 without Allow (RFC 9110 §15.5.6)")
		}
		return a
	}
}

// upload returns the upload of a body.
func upload(contentType, body string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer {
		return r.must(t, http.MethodPost, "/upload", strings.NewReader(body), "Content-Type", contentType)
	}
}

// uploadFile returns the upload of a file.
func uploadFile(data []byte) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer {
		body, contentType := form(t, data, map[string]string{"w": "8"})
		return r.must(t, http.MethodPost, "/upload", body, "Content-Type", contentType)
	}
}

// secretFaults are told while only the secret that everybody knows is in force.
func secretFaults() []faultCase {
	return []faultCase{
		{name: "another host", kind: fault.NoSecret, ask: path("/img?url=sample:photo", "Host", "img.example.com")},
		{name: "a proxy", kind: fault.NoSecret, ask: path("/health", "X-Real-IP", "198.51.100.7")},
	}
}

// rateFaults are told to one client. The header names another one than the rest of the test is.
func rateFaults() []faultCase {
	return []faultCase{{name: "too fast", kind: fault.RateLimited, ask: func(t *testing.T, r *rig) (a answer) {
		eventually(t, "the limit is reached", func() bool {
			a = r.get(t, "/img", "X-Forwarded-For", "198.51.100.7")
			return a.status != fault.BadSignature.Row().Status
		})
		for name, want := range map[string]string{"RateLimit-Limit": "3", "RateLimit-Remaining": "0", "Retry-After": "1"} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		return a
	}}}
}
