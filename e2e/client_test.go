//go:build unix

package e2e

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// answer is what came back for a request, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get asks for a path with query and wants an answer. header alternates names and values.
func (s *server) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return s.must(t, http.MethodGet, path, nil, header...)
}

func (s *server) must(t *testing.T, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	a, err := s.do(t.Context(), method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// do sends one request. The path goes onto the wire as it stands. "Host" among the header's names sets the host.
func (s *server) do(ctx context.Context, method, path string, body io.Reader, header ...string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.base, body)
	if err != nil {
		return answer{}, err
	}
	req.URL.Path, req.URL.RawQuery, _ = strings.Cut(path, "?")
	for pair := range slices.Chunk(header, 2) {
		if pair[0] == "Host" {
			req.Host = pair[1]
		}
		req.Header.Add(pair[0], pair[1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data}, err
}

// canonical builds the text that is signed, as the documentation tells it and without the program's own code. pairs
// alternates names and values.
func canonical(pairs ...string) string {
	var list []string
	for pair := range slices.Chunk(pairs, 2) {
		var value strings.Builder
		for _, c := range []byte(pair[1]) {
			if c < 0x80 && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?@,=!$'()*", rune(c)) {
				value.WriteByte(c)
			} else {
				fmt.Fprintf(&value, "%%%02X", c)
			}
		}
		list = append(list, pair[0]+"="+value.String())
	}
	slices.Sort(list)
	return strings.Join(list, "&")
}

// signature returns the sig of a canonical text.
func signature(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// signed returns the path of a request for a picture, signed with the server's secret.
func (s *server) signed(pairs ...string) string {
	text := canonical(pairs...)
	return "/img?" + text + "&sig=" + signature(s.secret, text)
}

// img asks for a picture by a signed URL.
func (s *server) img(t *testing.T, pairs ...string) answer {
	t.Helper()
	return s.get(t, s.signed(pairs...))
}

// picture asks for a picture and wants it.
func (s *server) picture(t *testing.T, pairs ...string) answer {
	t.Helper()
	a := s.img(t, pairs...)
	if a.status != http.StatusOK {
		t.Fatalf("%v: status %d, want 200: %.300q", pairs, a.status, a.body)
	}
	return a
}

// cacheState returns X-Cache.
func (a answer) cacheState() string { return a.header.Get("X-Cache") }

// wantState checks X-Cache.
func (a answer) wantState(t *testing.T, want string) {
	t.Helper()
	if a.status != http.StatusOK || a.cacheState() != want {
		t.Fatalf("got status %d and X-Cache %q, want 200 and %q: %.300q", a.status, a.cacheState(), want, a.body)
	}
}

// cacheStats is the answer of /stats/cache.
type cacheStats struct {
	SizeBytes   int64   `json:"size_bytes"`
	Entries     int64   `json:"entries"`
	LimitBytes  int64   `json:"limit_bytes"`
	Hits        int64   `json:"hits"`
	Misses      int64   `json:"misses"`
	HitRatio    float64 `json:"hit_ratio"`
	Evictions   int64   `json:"evictions"`
	Corrupt     int64   `json:"corrupt"`
	NoRoom      int64   `json:"no_room"`
	Dropped     int64   `json:"dropped"`
	Pending     int64   `json:"pending"`
	ReadErrors  int64   `json:"read_errors"`
	WriteErrors int64   `json:"write_errors"`
}

func (s *server) stats(t *testing.T) (c cacheStats) {
	t.Helper()
	decodeStrictly(t, s.get(t, "/stats/cache").body, &c)
	return c
}

// stored waits until all that was answered is in the store, where other processes find it: results are stored after they
// are sent.
func (s *server) stored(t *testing.T) {
	t.Helper()
	eventually(t, "what was answered is stored", func() bool { return s.stats(t).Pending == 0 })
}

// holds waits until the cache holds that many results: they are stored after they are sent.
func (s *server) holds(t *testing.T, entries int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("the cache holds %d results", entries), func() bool { return s.stats(t).Entries >= entries })
	if got := s.stats(t).Entries; got != entries {
		t.Errorf("the cache holds %d results, want %d", got, entries)
	}
}

func decodeStrictly(t *testing.T, data []byte, to any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
}

// problem is an error's body (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	Param     string `json:"param"`
	RequestID string `json:"request_id"`
}

// refusal checks that an answer is the error of this kind, complete and telling nothing it should not.
func refusal(t *testing.T, a answer, kind fault.Kind) (p problem) {
	t.Helper()
	row := kind.Row()
	if a.status != row.Status || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("got %d %s, want %d %s: %.300q", a.status, a.header.Get("Content-Type"), row.Status, row.Code, a.body)
	}
	decodeStrictly(t, a.body, &p)
	want := problem{
		Type: "urn:imagekit:problem:" + row.Code, Title: row.Title, Status: row.Status, Code: row.Code,
		Detail: p.Detail, Param: p.Param, RequestID: a.header.Get("X-Request-Id"),
	}
	if p != want || p.Detail == "" || p.RequestID == "" {
		t.Errorf("got the problem %+v, want %+v", p, want)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := a.header.Get("Retry-After"); (got != "") != (row.Retry > 0) {
		t.Errorf("Retry-After: got %q, the table has %v", got, row.Retry)
	}
	if kind == fault.BadSignature && a.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	for _, secret := range []string{testSecret, testToken, "goroutine ", ".go:"} {
		if bytes.Contains(a.body, []byte(secret)) {
			t.Errorf("the body tells %q: %s", secret, a.body)
		}
	}
	return p
}
