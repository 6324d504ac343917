package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"imagekit/internal/addressing"
	"imagekit/internal/blob"
	"imagekit/internal/cache/purge"
	"imagekit/internal/clientip"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/limit"
	"imagekit/internal/metric"
	"imagekit/internal/param"
	"imagekit/internal/playground"
	"imagekit/internal/render"
	"imagekit/internal/sign"
	"imagekit/internal/stage"
)

func TestMain(m *testing.M) {
	// After a malformed request net/http keeps the connection for half a second, so that the answer arrives.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// The secrets of all tests: whatever is answered or logged must not hold them.
const (
	secret = "a-secret-of-this-test-that-nobody-may-see"
	token  = "a-token-of-this-test-that-nobody-may-see"
)

// picture is the query of an ordinary request. Its source has a query of its own that must not be logged.
const (
	sourceQuery = "key=of-the-origin"
	picture     = "url=https://example.com/a.jpg?" + sourceQuery + "&w=320"
)

// painter is a fake Renderer: it remembers what it was asked and returns what it is told.
type painter struct {
	state render.State
	err   error
	most  int                   // pixels of the result's longer side: formats that cannot hold it fail
	lacks format.Format         // that the engine cannot write
	blob  *blob.Blob            // the answer; nil = painted
	do    func(context.Context) // runs before the answer

	mu    sync.Mutex
	asked []asked
}

type asked struct {
	req  param.Request // of an upload only Params
	out  format.Format
	data string // of an upload
}

func (p *painter) Render(ctx context.Context, req param.Request, out format.Format, admit func() error) (render.Result,
	error,
) {
	if p.state != render.Hit && admit != nil {
		if err := admit(); err != nil {
			return render.Result{}, err
		}
	}
	return p.paint(ctx, asked{req: req, out: out})
}

// Check knows no watermark by name.
func (p *painter) Check(params param.Params) error {
	if w := params.Watermark; w.Given() && !w.IsURL() {
		return fault.New(fault.BadParameter, "wm: there is no watermark %q here", w.Source)
	}
	return nil
}

func (p *painter) Upload(ctx context.Context, data []byte, params param.Params, out format.Format) (render.Result, error) {
	return p.paint(ctx, asked{req: param.Request{Params: params}, out: out, data: string(data)})
}

func (p *painter) Describe(ctx context.Context, req param.Request) (render.Source, error) {
	_, err := p.paint(ctx, asked{req: req})
	return render.Source{Format: format.JPEG, Width: 1600, Height: 1067, Bytes: 12345}, err
}

func (p *painter) paint(ctx context.Context, a asked) (render.Result, error) {
	p.mu.Lock()
	p.asked = append(p.asked, a)
	p.mu.Unlock()
	if p.do != nil {
		p.do(ctx)
	}
	if err := ctx.Err(); err != nil {
		return render.Result{}, err
	}
	times := stage.Times{stage.Cache: 1500 * time.Microsecond, stage.Encode: 20 * time.Millisecond}
	if p.most > 0 && a.out != format.Legacy && a.out.MaxSide() < p.most || a.out == format.Legacy &&
		p.most > format.JPEG.MaxSide() {
		refused := fault.New(fault.OutputTooLarge, "too large for %s", a.out)
		refused.Param = "f"
		return render.Result{Times: times}, refused
	}
	if p.lacks != format.Unknown && p.lacks == a.out {
		refused := fault.New(fault.EngineLacks, "no such %s", a.out)
		refused.Param = "f"
		return render.Result{Times: times}, refused
	}
	if p.err != nil {
		return render.Result{Times: times}, p.err
	}
	return render.Result{Blob: cmp.Or(p.blob, painted), State: p.state, Times: times}, nil
}

// painted is the picture every request gets.
var painted = blob.New([]byte("RIFF....WEBPVP8 "+strings.Repeat("x", 1000)), format.WebP, time.Now())

func (p *painter) last(t *testing.T) asked {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) == 0 {
		t.Fatal("nothing was rendered")
	}
	return p.asked[len(p.asked)-1]
}

// record is a log that can be read while it is written.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

// rig is a server with a fake Renderer and a log to read.
type rig struct {
	*Server
	painter *painter
	log     *record
	purged  []purge.Target
	refused error // what purging fails with
}

// newPage makes the page once: zipping it takes longer than most tests here.
var newPage = sync.OnceValues(func() (*playground.Page, error) { return playground.New(playground.Config{}) })

// newRig returns a server with the token set and no rate limit; changes adapt its configuration.
func newRig(t testing.TB, changes ...func(*Config)) *rig {
	t.Helper()
	page, err := newPage()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{painter: &painter{}, log: &record{}}
	c := Config{
		Renderer: r.painter, Keys: sign.New([]byte(secret)), Clients: clientip.New(nil),
		Formats: format.Outputs(), DefaultFormat: format.WebP, Count: limit.All, MaxInput: 64 << 10, AnswerBytes: 256 << 20, MinRate: 8 << 10, Timeout: 30 * time.Second,
		Version: "1.2.3", Page: page, CacheStats: func() any { return map[string]int{"entries": 7} },
		Ready: func() bool { return true }, Now: time.Now, Metrics: metric.New(),
		Purge: func(_ context.Context, t []purge.Target) error { r.purged = append(r.purged, t...); return r.refused },
		Log:   slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&c)
	}
	if c.Rules == nil {
		c.Rules = addressing.New(addressing.Config{
			Widths: []int{32, 320, 640}, Qualities: []int{50, 80}, FreeMax: 20,
			Formats: c.Formats, Ignored: []addressing.Pattern{"utm_*"},
		})
	}
	r.Server = New(c)
	r.SetToken(token)
	return r
}

func limited(perSecond, burst int) func(*Config) {
	return func(c *Config) {
		l, err := limit.New(perSecond, burst)
		if err != nil {
			panic(err)
		}
		c.Limiter = l
	}
}

func trusting(proxies string) func(*Config) {
	return func(c *Config) { c.Clients = clientip.New([]netip.Prefix{netip.MustParsePrefix(proxies)}) }
}

// signedURL returns the target of a request for a picture. The query has to be canonical.
func signedURL(query string) string {
	return sign.URL(query, sign.New([]byte(secret)).Sign(query))
}

// get returns a request of a client on another machine.
func get(target string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = "192.0.2.1:1234"
	r.Host = "images.example.com"
	return r
}

// with sets header fields: name, value, name, value …
func with(r *http.Request, header ...string) *http.Request {
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// here makes it a request from this machine.
func here(r *http.Request) *http.Request {
	r.RemoteAddr, r.Host = "127.0.0.1:1234", "localhost:8080"
	return r
}

// ask serves one request.
func (r *rig) ask(req *http.Request) *http.Response {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Result()
}

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantProblem checks an error answer: status, code and what every problem has. It returns the problem.
func wantProblem(t testing.TB, res *http.Response, kind fault.Kind) problem {
	t.Helper()
	text, row := body(t, res), kind.Row()
	var p problem
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatalf("status %d: %v in the body %q", res.StatusCode, err, text)
	}
	if res.StatusCode != row.Status || p.Status != row.Status || p.Code != row.Code {
		t.Fatalf("status %d with the body %s; want %d %s", res.StatusCode, text, row.Status, row.Code)
	}
	if p.Title != row.Title || p.Detail == "" || !strings.HasSuffix(p.Type, row.Code) ||
		p.RequestID != res.Header.Get("X-Request-Id") {
		t.Errorf("incomplete problem %s", text)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/problem+json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Content-Length": strconv.Itoa(len(text)), "ETag": "", "X-Cache": "",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	return p
}

// wantImage checks that the painted picture came whole.
func wantImage(t testing.TB, res *http.Response) {
	t.Helper()
	if got := body(t, res); res.StatusCode != http.StatusOK || got != string(painted.Data) {
		t.Fatalf("status %d, want the picture; body %.200q", res.StatusCode, got)
	}
}
