package source

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
)

func TestSource(t *testing.T) {
	long := "http://a/" + strings.Repeat("x", MaxLen-len("http://a/"))
	tests := []struct{ name, raw, want string }{
		{"as it is", "https://example.com/a/b.jpg?x=1&y=2", "https://example.com/a/b.jpg?x=1&y=2"},
		{"case of scheme and host", "HTTP://EXAMPLE.com/A", "http://example.com/A"},
		{"no path", "http://example.com", "http://example.com/"},
		{"query without path", "http://example.com?x", "http://example.com/?x"},
		{"fragment", "http://example.com/a#b?c", "http://example.com/a"},
		{"fragment without path", "http://example.com#/a", "http://example.com/"},
		{"usual port of http", "http://example.com:80/", "http://example.com/"},
		{"usual port of https", "https://example.com:0443/", "https://example.com/"},
		{"unusual port", "http://example.com:443/", "http://example.com:443/"},
		{"highest port", "http://example.com:65535/", "http://example.com:65535/"},
		{"final dot", "http://example.com./", "http://example.com/"},
		{"underscore", "http://my_bucket.example.com/", "http://my_bucket.example.com/"},
		{"IDNA", "http://bücher.example/", "http://xn--bcher-kva.example/"},
		{"IDNA keeps sharp s", "http://straße.example/", "http://xn--strae-oqa.example/"},
		{"IDNA upper case", "http://BÜCHER.example/", "http://xn--bcher-kva.example/"},
		{"ideographic full stop", "http://a。example/", "http://a.example/"},
		{"space and umlaut in the path", "http://h.x/a b/ü.jpg", "http://h.x/a%20b/%C3%BC.jpg"},
		{"space and umlaut in the query", "http://h.x/?q=a b&u=ü", "http://h.x/?q=a%20b&u=%C3%BC"},
		{"existing escapes", "http://h.x/%2f%C3%bc?%26", "http://h.x/%2f%C3%bc?%26"},
		{"percent that is no escape", "http://h.x/100%.jpg?5%&%zz", "http://h.x/100%25.jpg?5%25&%25zz"},
		{"bytes a URL may not hold", "http://h.x/\"<>\\^`{|}", "http://h.x/%22%3C%3E%5C%5E%60%7B%7C%7D"},
		{"bytes that are not UTF-8", "http://h.x/\xff", "http://h.x/%FF"},
		{"bytes that stay", "http://h.x/-._~:@!$&'()*+,;=[]", "http://h.x/-._~:@!$&'()*+,;=[]"},
		{"@ after the host", "http://h.x/a@b?c@d", "http://h.x/a@b?c@d"},
		{"IPv4", "http://192.0.2.1:8080/", "http://192.0.2.1:8080/"},
		{"IPv6", "http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"},
		{"IPv6 with port", "https://[2001:db8::1]:8443/a:b", "https://[2001:db8::1]:8443/a:b"},
		{"number that is not last", "http://1.2.example/", "http://1.2.example/"},
		{"last label begins with digits", "http://a.1b/", "http://a.1b/"},
		{"longest", long, long},
		{"sample", "sample:photo-2", "sample:photo-2"},
		{"local", "local:2024/a b%20ü.jpg", "local:2024/a b%20ü.jpg"},
		{"local with dots", "local:..a/b..", "local:..a/b.."},
		{"path", "/2024/a b.jpg", "local:2024/a b.jpg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Normal(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			checkNormal(t, got)
		})
	}
}

// refusedSources are source URLs and a word of what is said about them.
var refusedSources = []struct{ name, raw, want string }{
	{"relative", "a.jpg", "absolute"},
	{"path that climbs", "/../a.jpg", "local:PATH"},
	{"path with an end", "/a/", "local:PATH"},
	{"nothing but a slash", "/", "local:PATH"},
	{"local with a line end", "local:a\nb", "control"},
	{"local with a backslash", `local:a\b`, "local:PATH"},
	{"local without valid text", "local:a\xff", "local:PATH"},
	{"local from the root", "local:/etc/passwd", "local:PATH"},
	{"no scheme", "example.com/a.jpg", "absolute"},
	{"scheme relative", "//example.com/a.jpg", "absolute"},
	{"ftp", "ftp://example.com/", "absolute"},
	{"file", "file:///etc/passwd", "absolute"},
	{"data", "data:image/png;base64,AAAA", "absolute"},
	{"opaque", "http:example.com/a", "absolute"},
	{"one slash", "http:/example.com/a", "absolute"},
	{"space before", " http://example.com/", "absolute"},
	{"no host", "http:///a", "host name"},
	{"nothing but a scheme", "https://", "host name"},
	{"only a port", "http://:80/", "host name"},
	{"user", "http://user@example.com/", "user name"},
	{"user and password", "http://user:hunter2@example.com/", "user name"},
	{"empty user", "http://@example.com/", "user name"},
	{"backslash before @", `http://example.com\@evil.example/`, "user name"},
	{"backslash in the host", `http://example.com\.evil.example/`, "host name"},
	{"port 0", "http://h.x:0/", "port"},
	{"port too high", "http://h.x:65536/", "port"},
	{"empty port", "http://h.x:/", "port"},
	{"port in words", "http://h.x:http/", "port"},
	{"negative port", "http://h.x:-80/", "port"},
	{"two ports", "http://h.x:80:80/", "port"},
	{"bare IPv6", "http://2001:db8::1/", "port"},
	{"zone", "http://[fe80::1%25eth0]/", "zone"},
	{"raw zone", "http://[fe80::1%eth0]/", "zone"},
	{"open bracket", "http://[::1/", "IPv6"},
	{"IPv4 in brackets", "http://[127.0.0.1]/", "IPv6"},
	{"text after the bracket", "http://[::1]x/", "IPv6"},
	{"escape in the host", "http://ex%61mple.com/", "host name"},
	{"space in the host", "http://exa mple.com/", "host name"},
	{"empty label", "http://a..example/", "host name"},
	{"two final dots", "http://example../", "host name"},
	{"long label", "http://" + strings.Repeat("a", 64) + ".example/", "host name"},
	{"long host", "http://" + strings.Repeat("a.", 126) + "example/", "host name"},
	{"bad punycode", "http://xn--a/", "host name"},
	{"decimal host", "http://2130706433/", "IPv4"},
	{"octal host", "http://0177.0.0.1/", "IPv4"},
	{"hexadecimal host", "http://0x7f000001/", "IPv4"},
	{"hexadecimal last label", "http://127.0.0.0X1/", "IPv4"},
	{"bare 0x", "http://a.0x/", "IPv4"},
	{"short IPv4", "http://127.1/", "IPv4"},
	{"leading zero", "http://127.0.0.01/", "IPv4"},
	{"five parts", "http://1.2.3.4.5/", "IPv4"},
	{"part too high", "http://1.2.3.256/", "IPv4"},
	{"number after a name", "http://example.com.1/", "IPv4"},
	{"final dot after a number", "http://2130706433./", "IPv4"},
	{"full-width digits", "http://２１３０７０６４３３/", "IPv4"},
	{"control character", "http://h.x/a\nb", "control"},
	{"NUL in the host", "http://h\x00.x/", "control"},
	{"too long", "http://h.x/" + strings.Repeat("x", MaxLen), "4096 bytes"},
	{"sample without a name", "sample:", "sample:NAME"},
	{"sample with a path", "sample:../x", "sample:NAME"},
	{"sample in upper case", "sample:Photo", "sample:NAME"},
	{"SAMPLE", "SAMPLE:photo", "absolute"},
}

func TestSourceRefuses(t *testing.T) {
	for _, tt := range refusedSources {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Normal(tt.raw)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.BadSource || f.Param != "url" {
				t.Fatalf("got %q, %v, want a bad_source_url", got, err)
			}
			if !strings.Contains(f.Detail, tt.want) {
				t.Errorf("the detail says %q, want it to speak of %q", f.Detail, tt.want)
			}
			if strings.Contains(f.Detail, "hunter2") {
				t.Errorf("the detail repeats the password: %s", f.Detail)
			}
		})
	}
}

// checkNormal holds what every normalised source promises.
func checkNormal(t *testing.T, normal string) {
	t.Helper()
	again, err := Normal(normal)
	if len(normal) <= MaxLen && (err != nil || again != normal) {
		t.Errorf("%q normalises again to %q, %v", normal, again, err)
	}
	if name, isFile := strings.CutPrefix(normal, LocalPrefix); isFile { // as it is on the disk: it passes no wire
		if !fs.ValidPath(name) || name == "." || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q is no path below a folder", normal)
		}
		return
	}
	for i := range len(normal) {
		if c := normal[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}#", c) >= 0 {
			t.Errorf("%q holds the byte %q", normal, c)
		}
	}
	u, err := url.Parse(normal)
	if err != nil {
		t.Fatalf("net/url: %v", err)
	}
	if strings.HasPrefix(normal, SamplePrefix) {
		return
	}
	if u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		t.Errorf("%q reads as %#v", normal, u)
	}
	if wire := u.Scheme + "://" + u.Host + u.RequestURI(); wire != normal {
		t.Errorf("net/http would fetch %q, want %q", wire, normal)
	}
}

// named is a Fetcher that notes what it is asked for.
type named struct{ asked []string }

func (n *named) Fetch(_ context.Context, url string) (*blob.Blob, error) {
	n.asked = append(n.asked, url)
	return &blob.Blob{}, nil
}

func TestRouter(t *testing.T) {
	var samples, web named
	router := Router{Sample: &samples, Web: &web}
	for _, url := range []string{"https://example.com/sample:photo", SamplePrefix + "photo"} {
		if _, err := router.Fetch(t.Context(), url); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(samples.asked, []string{"sample:photo"}) ||
		!slices.Equal(web.asked, []string{"https://example.com/sample:photo"}) {
		t.Errorf("samples got %q, the web %q", samples.asked, web.asked)
	}
	router[Sample] = nil
	for url, want := range map[string]fault.Kind{
		"sample:photo":       fault.SourceForbidden,
		"file:///etc/passwd": fault.BadSource,
	} {
		if _, err := router.Fetch(t.Context(), url); err == nil || fault.From(err).Kind != want {
			t.Errorf("%s: %v, want a fault of kind %v", url, err, want)
		}
	}
}

// Every kind says all there is to say, and its sources are no other kind's.
func TestTable(t *testing.T) {
	for k, normal := range map[Kind]string{Web: "https://example.com/a.jpg", Sample: "sample:photo", Local: "local:a/b.jpg"} {
		r := table[k]
		if got, ok := kindOf(normal); !ok || got != k {
			t.Errorf("%s is of kind %d, want %d", normal, got, k)
		}
		if got, err := Normal(normal); err != nil || got != normal || r.shown(normal) != normal ||
			!strings.Contains(Want(), r.want) || r.off == "" {
			t.Errorf("%s: got %q, %v and the row %+v", normal, got, err, r)
		}
		if !Is(normal) || Is("w=320&url="+normal) {
			t.Errorf("%s: Is tells %t, and %t of a query with it", normal, Is(normal), Is("w=320&url="+normal))
		}
	}
	if got, want := Want(), "an absolute http or https URL of at most 4096 bytes, or sample:NAME, or local:PATH"; got != want {
		t.Errorf("Want = %q, want %q", got, want)
	}
}

func TestShown(t *testing.T) {
	for source, want := range map[string]string{
		"https://example.com/a.jpg?token=secret": "https://example.com/a.jpg", "https://example.com/?a?b": "https://example.com/",
		"http://example.com/a": "http://example.com/a", "sample:photo": "sample:photo",
	} {
		if got := Shown(source); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

// FuzzSource: what is accepted is in its final form, holds only bytes that pass the wire, and means the same to net/url.
func FuzzSource(f *testing.F) {
	for _, raw := range []string{
		"https://example.com/a b?ü#x", "HTTP://H.x:080", "http://[::1]:8080/%zz", "sample:photo", "http://bücher.example/%C3",
		"http://a@b/", "http://1.2.3.4/", "http://0x7f.1/", "http://h.x//a//b?c?d", "http://h.x/?", "local:a/b c", "/a/../b", "local:a/..", "http://xn--bcher-kva.example",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if normal, err := Normal(raw); err == nil {
			checkNormal(t, normal)
		}
	})
}
