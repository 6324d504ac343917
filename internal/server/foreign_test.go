package server

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// spoken is a dialect of paths /SIGNATURE/WIDTH: what is signed begins with "signed".
type spoken struct{ asked []string }

func (s *spoken) Takes(t dialect.Target) bool { return strings.Count(t.Path, "/") == 2 }

func (s *spoken) Verify(t dialect.Target) (bool, error) {
	s.asked = append(s.asked, "verify")
	if strings.HasPrefix(t.Path, "/wrong") {
		return false, fault.New(fault.BadSignature, "the signature does not match")
	}
	return strings.HasPrefix(t.Path, "/signed"), nil
}

func (s *spoken) Read(t dialect.Target) (param.Request, error) {
	s.asked = append(s.asked, "read")
	if strings.HasSuffix(t.Path, "/bad") {
		refused := fault.New(fault.BadParameter, "size: want a number")
		refused.Param = "size"
		return param.Request{}, refused
	}
	return param.Request{
		Source: "https://example.com/a.jpg?key=of-the-origin",
		Params: param.Params{Width: 7, Format: format.Source},
	}, nil
}

func speaking(s *spoken) func(*Config) {
	return func(c *Config) { c.Dialects = dialect.Set{{Name: "theirs", Reader: s}} }
}

func TestForeignURL(t *testing.T) {
	s := &spoken{}
	r := newRig(t, speaking(s), func(c *Config) { c.CORS = "*" })
	res := r.ask(get("/signed-SIGNATURE/7?utm=1"))
	wantImage(t, res)
	got := r.painter.last(t)
	if got.req.Params.Width != 7 || got.out != format.Source {
		t.Errorf("asked for %+v", got)
	}
	if res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("pages may not read it")
	}
	log := r.log.String()
	if !strings.Contains(log, `"path":"theirs"`) || strings.Contains(log, "SIGNATURE") || strings.Contains(log, "key=") {
		t.Errorf("the log: %s", log)
	}
}

// The signature is looked at before anything else, and unsigned URLs are not read at all.
func TestForeignRefusals(t *testing.T) {
	for target, tt := range map[string]struct {
		kind  fault.Kind
		param string
		asked string
	}{
		"/wrong-SIGNATURE/bad":  {fault.BadSignature, "", "verify"},
		"/unsigned/bad":         {fault.BadSignature, "", "verify"},
		"/signed-SIGNATURE/bad": {fault.BadParameter, "size", "verify read"},
		"/SIGNATURE/1/2/3":      {fault.NotFound, "", ""},
		"/img/SIGNATURE":        {fault.NotFound, "", ""},
	} {
		s := &spoken{}
		r := newRig(t, speaking(s))
		p := wantProblem(t, r.ask(get(target)), tt.kind)
		if asked := strings.Join(s.asked, " "); asked != tt.asked || p.Param != tt.param {
			t.Errorf("%s: %q and %q, want %q and %q", target, asked, p.Param, tt.asked, tt.param)
		}
		if strings.Contains(r.log.String(), "SIGNATURE") || strings.Contains(p.Detail, "SIGNATURE") {
			t.Errorf("%s shows a signature: %s %s", target, r.log, p.Detail)
		}
	}
}

// Without signatures a URL is read, but a wrong signature stays wrong.
func TestForeignUnsigned(t *testing.T) {
	r := newRig(t, speaking(&spoken{}), func(c *Config) { c.Unsigned = true })
	wantImage(t, r.ask(get("/unsigned/7")))
	wantProblem(t, r.ask(get("/wrong/7")), fault.BadSignature)
	wantProblem(t, r.ask(get("/unsigned/bad")), fault.BadParameter)
	wantProblem(t, r.ask(get("/img?"+picture)), fault.BadSignature)
}

func TestForeignMethods(t *testing.T) {
	r := newRig(t, speaking(&spoken{}))
	post := get("/signed/7")
	post.Method = http.MethodPost
	wantProblem(t, r.ask(post), fault.MethodNotAllowed)
	w := httptest.NewRecorder()
	r.AdminHTTP().Handler.ServeHTTP(w, get("/signed/7"))
	wantProblem(t, w.Result(), fault.NotFound)
}

// A redirect stays in the dialect: into ours it would hand out our signatures.
func TestForeignSpelling(t *testing.T) {
	for spelling, tt := range map[Spelling]struct {
		status   int
		location string
	}{
		AcceptSpelling: {200, ""}, RedirectSpelling: {308, "./7:1"}, RefuseSpelling: {400, ""},
	} {
		r := newRig(t, speaking(&spoken{}), func(c *Config) { c.Spelling = spelling })
		res := r.ask(get("/signed/7:1?utm=1"))
		if res.StatusCode != tt.status || res.Header.Get("Location") != tt.location {
			t.Errorf("%s: %d to %q, want %d to %q", spelling, res.StatusCode, res.Header.Get("Location"), tt.status,
				tt.location)
		}
		if res := r.ask(get("/signed/7:1")); res.StatusCode != 200 {
			t.Errorf("%s without a query: %d", spelling, res.StatusCode)
		}
		if res := r.ask(get("/unsigned/7:1?utm=1")); res.StatusCode != 401 {
			t.Errorf("%s unsigned: %d", spelling, res.StatusCode)
		}
	}
}

func TestForeignFormatsHaveToBeAllowed(t *testing.T) {
	r := newRig(t, speaking(&spoken{}), func(c *Config) { c.Formats = []format.Format{format.JPEG, format.WebP} })
	wantProblem(t, r.ask(get("/signed/7")), fault.FormatNotAllowed)
}

// No dialect may take a path that is the service's own.
func TestOwnRoutesAreKnownToDialects(t *testing.T) {
	for _, r := range newRig(t).table() {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		if first != "" && !slices.Contains(dialect.Ours, first) {
			t.Errorf("dialect.Ours lacks %s", first)
		}
	}
}
