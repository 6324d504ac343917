//go:build unix

package e2e

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"imagekit/internal/fault"
)

// faultGroup is a server and the requests that it refuses.
type faultGroup struct {
	name  string
	env   []string
	cases []faultCase
}

// faultCase is a request and how it ends.
type faultCase struct {
	name    string
	kind    fault.Kind
	param   string // named by the problem
	entries int64  // that other requests of the case leave in the cache
	ask     func(*testing.T, *rig) answer
}

// rig is what a case may use.
type rig struct {
	*server
	origin *origin
	evil   func(mode string) string // URL of a misbehaving origin
	serial int                      // of requests that must not hit
}

// faultGroups lists every way to fail that can be seen from outside.
func faultGroups() []faultGroup {
	return []faultGroup{
		{name: "requests", env: tight, cases: requestFaults()},
		{name: "sources", env: tight, cases: sourceFaults()},
		{name: "origins", env: tight, cases: only(originFaults(), fault.OriginTimeout, false)},
		{
			name: "slow origins", env: append([]string{"IMAGEKIT_FETCH_TIMEOUT=2s"}, tight...),
			cases: only(originFaults(), fault.OriginTimeout, true),
		},
		{name: "private networks", env: []string{"IMAGEKIT_ALLOWED_NETWORKS="}, cases: networkFaults()},
		{name: "hosts", env: []string{"IMAGEKIT_ALLOWED_HOSTS=127.0.0.1"}, cases: hostFaults()},
		{name: "rate", env: []string{
			"DISABLE_RATE_LIMIT=", "IMAGEKIT_RATE_LIMIT=1", "IMAGEKIT_RATE_BURST=3", "IMAGEKIT_TRUSTED_PROXIES=127.0.0.1",
		}, cases: rateFaults()},
		{name: "queue", env: []string{"IMAGEKIT_WORKERS=1", "IMAGEKIT_QUEUE=1"}, cases: queueFaults()},
		{name: "time", env: []string{"IMAGEKIT_WORKERS=1", "IMAGEKIT_REQUEST_TIMEOUT=1s"}, cases: timeFaults()},
		// One server each: what is refused more often than once a second is logged once.
		{name: "secret", env: []string{"IMAGEKIT_SECRET="}, cases: secretFaults()[:1]},
		{name: "secret and a proxy", env: []string{"IMAGEKIT_SECRET="}, cases: secretFaults()[1:]},
	}
}

// tight are limits that small pictures reach.
var tight = []string{
	"IMAGEKIT_MAX_INPUT_SIZE=64KiB", "IMAGEKIT_MAX_PIXELS=1000000", "IMAGEKIT_MAX_OUTPUT_PIXELS=1000000",
	"IMAGEKIT_MEMORY=32MiB", "IMAGEKIT_ALLOWED_FORMATS=webp,jpeg,png",
}

// only returns the cases of a kind, or the others.
func only(cases []faultCase, kind fault.Kind, of bool) []faultCase {
	return slices.DeleteFunc(cases, func(c faultCase) bool { return (c.kind == kind) != of })
}

// unseen lists the kinds that no request from outside can bring about, with the reason.
var unseen = map[fault.Kind]string{
	fault.Internal:       "needs a mistake in the program",
	fault.EngineLacks:    "the fast engine, which is tested here, lacks nothing",
	fault.PurgeNotShared: "needs a shared store that has gone away; TestSharedStoreAway sees it",
	fault.Draining:       "once the shutdown has begun, net/http closes a connection instead of answering its next request",
	fault.ClientGone:     "nobody is left to see the answer; TestClientGone finds it in the log",
}

func TestEveryFaultHasACase(t *testing.T) {
	t.Parallel()
	covered := map[fault.Kind]bool{}
	for _, g := range faultGroups() {
		for _, c := range g.cases {
			covered[c.kind] = true
		}
	}
	for _, k := range fault.Kinds() {
		if reason := unseen[k]; covered[k] == (reason != "") {
			t.Errorf("%s: covered %t, unseen because %q; want one of the two", k, covered[k], reason)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, g := range faultGroups() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := &rig{server: start(t, g.env...), origin: newOrigin(t), evil: newEvil(t)}
			r.healthy(t)
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) { r.check(t, c) })
			}
		})
	}
}

// check makes the request of a case. The answer must be the right fault, nothing of it may be cached, the log must
// tell it at the right level, and the next request must be served.
func (r *rig) check(t *testing.T, c faultCase) {
	if c.kind == fault.NoSecret {
		r.log.expect(c.kind.String())
	}
	entries := r.stats(t).Entries
	a := c.ask(t, r)
	p := refusal(t, a, c.kind)
	if p.Param != c.param {
		t.Errorf("param: got %q, want %q", p.Param, c.param)
	}
	line := r.log.request(t, a)
	if line.level() != c.kind.Row().Level.String() || line["status"] != float64(c.kind.Row().Status) {
		t.Errorf("the log has %v, want status %d at level %s", line, c.kind.Row().Status, c.kind.Row().Level)
	}
	r.holds(t, entries+c.entries)
	r.healthy(t)
}

// healthy makes a picture that nobody has made before. Where this machine's network is closed, it is a built-in one.
// Where a case wants little time, a busy machine may need several tries.
func (r *rig) healthy(t *testing.T) {
	t.Helper()
	entries := r.stats(t).Entries
	eventually(t, "a picture is made in time", func() bool {
		a := r.img(t, "url", r.origin.url+"/small.png", "w", "8", "f", "jpeg", "v", r.next())
		if a.status == http.StatusForbidden {
			a = r.img(t, "url", "sample:photo", "w", "8", "f", "jpeg", "v", r.next())
		}
		if a.status == http.StatusGatewayTimeout {
			return false
		}
		a.wantState(t, "MISS")
		return true
	})
	r.holds(t, entries+1)
}

func (r *rig) next() string {
	r.serial++
	return strconv.Itoa(r.serial)
}

// of returns the request for a source as it is.
func of(source string, pairs ...string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer { return r.img(t, append([]string{"url", source}, pairs...)...) }
}

// smallWith returns the request for a small picture with these parameters.
func smallWith(pairs ...string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer {
		return r.img(t, append([]string{"url", r.origin.url + "/small.png"}, pairs...)...)
	}
}

// file returns the request for a source with these bytes.
func file(name string, data func(*testing.T) []byte, pairs ...string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer {
		return r.img(t, append([]string{"url", r.origin.put("/"+name, data(t))}, pairs...)...)
	}
}

// path returns a request as it stands.
func path(path string, header ...string) func(*testing.T, *rig) answer {
	return func(t *testing.T, r *rig) answer { return r.get(t, path, header...) }
}
