//go:build unix

package e2e

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"imagekit/internal/fault"
)

// crowd asks for paths at once. It returns when all requests are on their way; answers returns what came of them.
func (s *server) crowd(ctx context.Context, t *testing.T, paths []string) (answers func() []answer) {
	t.Helper()
	var sent, done sync.WaitGroup
	list := make([]answer, len(paths))
	sent.Add(len(paths))
	for i, path := range paths {
		once := sync.OnceFunc(sent.Done)
		trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { once() }}
		done.Go(func() {
			defer once()
			a, err := s.do(httptrace.WithClientTrace(ctx, trace), http.MethodGet, path, nil)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			list[i] = a
		})
	}
	sent.Wait()
	return func() []answer {
		done.Wait()
		return list
	}
}

// A thousand ask for one picture that is not there yet, and in one case the first of them leaves: the origin is asked
// once, and one picture is made.
func TestStampede(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	for _, leaves := range []bool{false, true} {
		t.Run("leader leaves "+strconv.FormatBool(leaves), func(t *testing.T) {
			target := "/photo.jpg?" + strconv.FormatBool(leaves)
			path, entries := s.signed("url", o.url+target, "w", "100"), s.stats(t).Entries
			release := o.hold()
			ctx, leave := context.WithCancel(t.Context())
			leader := s.crowd(ctx, t, []string{path})
			eventually(t, "the origin is asked", func() bool { return o.count(target) == 1 })
			others := s.crowd(t.Context(), t, slices.Repeat([]string{path}, 999))
			s.taken(t, 1000)
			if leaves {
				s.passage(t)
				entries++
				leave()
				s.log.wait(t, "the leader has gone", isGone)
			}
			release()
			list, states := others(), map[string]int{}
			for _, a := range list {
				states[a.cacheState()]++
				if a.status != http.StatusOK || !bytes.Equal(a.body, list[0].body) {
					t.Fatalf("got status %d and %d bytes, want the same picture for all", a.status, len(a.body))
				}
			}
			if a := leader()[0]; !leaves {
				a.wantState(t, "MISS")
			}
			leave()
			// Those who came after the picture was made got it from the cache.
			if o.count(target) != 1 || states["COALESCED"] == 0 || states["COALESCED"]+states["HIT"] != 999 {
				t.Errorf("%d requests to the origin, X-Cache %v; want one request, and no MISS", o.count(target), states)
			}
			s.holds(t, entries+1)
		})
	}
}

func TestSizesAtOnce(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	var paths []string
	for i := range 12 {
		paths = append(paths, s.signed("url", o.url+"/photo.jpg", "w", strconv.Itoa(50+10*i)))
	}
	o.cacheControl("no-store") // they wait together
	release := o.hold()
	answers := s.crowd(t.Context(), t, paths)
	s.taken(t, len(paths))
	s.passage(t)
	release()
	for _, a := range answers() {
		a.wantState(t, "MISS")
	}
	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times for twelve sizes, want once", n)
	}
}

// Sizes asked one after the other cost one download as long as the origin lets the source be kept, and v brings a fresh
// one.
func TestSizesOneByOne(t *testing.T) {
	t.Parallel()
	kept, none := start(t), start(t, "IMAGEKIT_SOURCE_CACHE=0")
	for _, c := range []struct {
		name, control string
		server        *server
		want          int
	}{
		{"nothing said", "", kept, 1},
		{"a year", "public, max-age=31536000, immutable", kept, 1},
		{"no-store", "no-store", kept, 6},
		{"no-cache", "no-cache", kept, 6},
		{"private", "private, max-age=60", kept, 6},
		{"switched off", "", none, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			o.cacheControl(c.control)
			ask := func(w int, v string) {
				t.Helper()
				c.server.picture(t, "url", o.url+"/photo.jpg", "w", strconv.Itoa(w), "v", v).wantState(t, "MISS")
			}
			for w := 50; w < 110; w += 10 {
				ask(w, "1")
			}
			if n := o.count("/photo.jpg"); n != c.want {
				t.Errorf("the origin was asked %d times for six sizes, want %d", n, c.want)
			}
			ask(50, "2")
			if n := o.count("/photo.jpg"); n != c.want+1 {
				t.Errorf("with another v: the origin was asked %d times, want %d", n, c.want+1)
			}
		})
	}
}

// What an origin does not have it is not asked for again and again. Every answer is the same; the log tells them apart.
func TestMissingSource(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	for i := range 5 {
		a := s.img(t, "url", o.url+"/none.jpg", "w", strconv.Itoa(50+i))
		if p := refusal(t, a, fault.SourceNotFound); p.Detail != "the origin answered 404 Not Found" {
			t.Errorf("request %d: got the detail %q", i, p.Detail)
		}
		if text := s.log.request(t, a).text("error"); strings.Contains(text, "remembered") != (i > 0) {
			t.Errorf("request %d: the log says %q", i, text)
		}
	}
	if n := o.count("/none.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times, want once", n)
	}
	o.put("/none.jpg", small(t))
	s.picture(t, "url", o.url+"/none.jpg", "w", "8", "v", "2").wantState(t, "MISS")
}

// Twenty sizes of what is no picture, or a cut one, cost one download.
func TestBrokenSource(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	o.cacheControl("no-store")
	whole := photo(t, 480, 320)
	for path, c := range map[string]struct {
		data []byte
		want fault.Kind
	}{
		"/page.html": {[]byte("<html>not a picture</html>"), fault.NotAnImage},
		"/cut.jpg":   {whole[:len(whole)/2], fault.DamagedImage},
	} {
		o.put(path, c.data)
		for i := range 20 {
			refusal(t, s.img(t, "url", o.url+path, "w", strconv.Itoa(50+i)), c.want)
		}
		if n := o.count(path); n != 1 {
			t.Errorf("%s was downloaded %d times, want once", path, n)
		}
		o.put(path, whole)
		s.picture(t, "url", o.url+path, "w", "8", "v", "2").wantState(t, "MISS")
	}
}

// A purge while a result is made: whoever asked before gets that result, but it is neither kept nor given to anybody who
// asks afterwards.
func TestPurgeMeanwhile(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	pairs := []string{"url", o.url + "/photo.jpg", "w", "100"}
	path := []string{s.signed(pairs...)}
	release := o.hold()
	before := s.crowd(t.Context(), t, path)
	eventually(t, "the origin is asked", func() bool { return o.count("/photo.jpg") == 1 })
	o.put("/photo.jpg", photo(t, 300, 300)) // the first download has the old one in its hands
	if out, errs, code := run(t, []string{"IMAGEKIT_CACHE_DIR=" + s.cache}, "cache", "purge",
		o.url+"/photo.jpg"); code != 0 {
		t.Fatalf("purge: %s%s", out, errs)
	}
	after := s.crowd(t.Context(), t, path)
	eventually(t, "the origin is asked again", func() bool { return o.count("/photo.jpg") == 2 })
	release()
	old, fresh := before()[0], after()[0]
	old.wantState(t, "MISS")
	fresh.wantState(t, "MISS")
	if bytes.Equal(old.body, fresh.body) {
		t.Error("who asked after the purge got the old picture")
	}
	if n := len(s.files(t)); n != 2 { // the entry and the list of purges
		t.Errorf("%d files in the cache", n)
	}
	a := s.picture(t, pairs...)
	a.wantState(t, "HIT")
	wantSame(t, a, fresh)
	s.picture(t, "url", o.url+"/photo.jpg", "w", "50").wantState(t, "MISS")
}

// The last to leave takes the work along, and nobody is blamed.
func TestClientGone(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	release := o.hold()
	ctx, leave := context.WithCancel(t.Context())
	client := s.crowd(ctx, t, []string{s.signed("url", o.url+"/photo.jpg", "w", "100")})
	eventually(t, "the origin is asked", func() bool { return o.count("/photo.jpg") == 1 })
	leave()
	client()
	line := s.log.wait(t, "the client has gone", isGone)
	if line.level() != fault.ClientGone.Row().Level.String() {
		t.Errorf("logged at %s: %v", line.level(), line)
	}
	release()
	s.picture(t, "url", o.url+"/photo.jpg", "w", "100").wantState(t, "MISS")
}

func isGone(e entry) bool {
	return e.msg() == "request" && e["status"] == float64(fault.ClientGone.Row().Status)
}

// taken waits until the server has that many requests in hand.
func (s *server) taken(t *testing.T, n int) {
	t.Helper()
	eventually(t, "the requests have arrived", func() bool {
		return int(s.metric(t, "imagekit_http_requests_in_flight")) > n // this one is among them
	})
}

// passage makes a picture of its own. When it is there, every request taken before it has long come to its wait.
func (s *server) passage(t *testing.T) {
	t.Helper()
	s.picture(t, "url", "sample:drawing", "w", "8").wantState(t, "MISS")
}
