package object

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/cache"
	"imagekit/internal/testkit/cachetest"
	"imagekit/internal/testkit/s3gateway"
)

func TestMain(m *testing.M) {
	os.Setenv("AWS_ACCESS_KEY_ID", s3gateway.AccessKey)
	os.Setenv("AWS_SECRET_ACCESS_KEY", s3gateway.SecretKey)
	os.Exit(m.Run())
}

func open(t *testing.T, text string) *Store {
	t.Helper()
	where, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	g := s3gateway.Start(t)
	n := 0
	cachetest.RunShared(t, func(t *testing.T) cache.Store {
		n++
		return open(t, g.URL(fmt.Sprint("suite-", n)))
	})
}

func TestNotes(t *testing.T) {
	s := open(t, s3gateway.Start(t).URL("notes"))
	ctx := t.Context()
	if got, err := s.Since(ctx, ""); len(got) > 0 || err != nil {
		t.Fatalf("at first: %v, %v", got, err)
	}
	var all []string
	for i := range 12 {
		note := fmt.Sprintf("%016x-1-ab", i*3)
		all = append(all, note)
		for range 2 { // the second time changes nothing
			if err := s.Post(ctx, note); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Put(ctx, cache.NewID("a"), []byte("an entry is no note")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after string
		want  []string
	}{{"", all}, {all[0], all[1:]}, {fmt.Sprintf("%016x", 6), all[2:]}, {all[11], nil}} {
		if got, err := s.Since(ctx, tt.after); !slices.Equal(got, tt.want) || err != nil {
			t.Errorf("after %q: %v, %v, want %v", tt.after, got, err, tt.want)
		}
	}
}

// TestProbe: what an operator has to set right is told from what may pass by itself.
func TestProbe(t *testing.T) {
	g := s3gateway.Start(t)
	if err := open(t, g.URL("p")).Probe(t.Context()); err != nil {
		t.Errorf("a good setting: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(g.Dir, s3gateway.Bucket, "p", "*")); len(left) > 0 || err != nil {
		t.Errorf("the probe left %v", left)
	}
	wrong := func(name string, s *Store) {
		if err := s.Probe(t.Context()); !errors.Is(err, ErrSetting) {
			t.Errorf("%s: got %#v, want an ErrSetting", name, err)
		}
	}
	wrong("no such bucket", open(t, strings.Replace(g.URL("p"), s3gateway.Bucket, "another", 1)))
	t.Run("keys", func(t *testing.T) {
		t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
		wrong("wrong secret", open(t, g.URL("p")))
		t.Setenv("AWS_ACCESS_KEY_ID", "unknown")
		wrong("unknown key", open(t, g.URL("p")))
	})
	addr := g.Addr
	s := open(t, g.URL("p"))
	g.Kill()
	if err := s.Probe(t.Context()); err == nil || errors.Is(err, ErrSetting) {
		t.Errorf("nobody listens at %s: %v", addr, err)
	}
}

// TestAnswers: what a store may say, and what it means.
func TestAnswers(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	code := func(c string) string { return "<Error><Code>" + c + "</Code><Message>because</Message></Error>" }
	for _, tt := range []struct {
		name             string
		handler          http.HandlerFunc
		missing, setting bool
	}{
		{"no such key", answer(404, code("NoSuchKey")), true, false},
		{"no such bucket", answer(404, code("NoSuchBucket")), false, true},
		{"access denied", answer(403, code("AccessDenied")), false, true},
		{"wrong clock", answer(403, code("RequestTimeTooSkewed")), false, false},
		{"busy", answer(503, code("SlowDown")), false, false},
		{"a page", answer(500, "<html>sorry</html>"), false, false},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(maxObject+1))
		}, false, false},
		{"cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(bytes.Repeat([]byte("x"), 500))
		}, false, false},
		{"never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false, false},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			s := open(t, "s3://bucket/?path_style=1&region=us-east-1&endpoint="+server.URL)
			got, err := s.Get(t.Context(), cache.NewID("a"))
			if err == nil || got != nil || errors.Is(err, cache.ErrNotFound) != tt.missing ||
				errors.Is(err, ErrSetting) != tt.setting {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Location{
		"s3://b":   {Bucket: "b", Host: "s3.amazonaws.com", Secure: true},
		"s3://b/":  {Bucket: "b", Host: "s3.amazonaws.com", Secure: true},
		"gs://b/p": {Bucket: "b", Prefix: "p/", Host: gcs, Secure: true},
		"s3://b/p/q/?region=eu-1&endpoint=http://h:9/&path_style=1": {
			Bucket: "b", Prefix: "p/q/", Host: "h:9",
			Region: "eu-1", PathStyle: true,
		},
	} {
		if got, err := Parse(text); got != want || err != nil {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"s3://":                       "name of a bucket",
		"s3:///p":                     "name of a bucket",
		"s3://user:hunter2@b/":        "want no user",
		"s3://b:80/":                  "name of a bucket",
		"s3://b/?x=1":                 "alone behind",
		"s3://b/?path_style=yes":      "want 0 or 1",
		"s3://b/?region=a&region=b":   "given twice",
		"s3://b/?endpoint=h:9":        "want http://",
		"s3://b/?endpoint=ftp://h":    "want http://",
		"s3://b/?endpoint=http://h/x": "want http://",
		"s3://b/?endpoint=http://hunter2:hunter2@h": "want http://",
		"gs://b/?endpoint=http://h":                 "no endpoint",
		"s3://b/%zz":                                "no URL",
		"s3://b/?%zz":                               "cannot be read",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("s3://b/p?endpoint=http://h:9&region=x&path_style=1")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := Parse(text); err == nil {
			if l.Bucket == "" || l.Host == "" || l.Prefix != "" && !strings.HasSuffix(l.Prefix, "/") {
				t.Errorf("%q: %+v", text, l)
			}
		}
	})
}
