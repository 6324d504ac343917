package server

import (
	"net/http"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/limit"
	"imagekit/internal/opt"
	"imagekit/internal/playground"
)

// route is one row of the table below.
type route struct {
	path    string // with all below it when it ends with "/" and is not the root
	methods []string
	parts   int  // of a whole request that every one counts against the rate limit, before anything else
	admin   bool // also at the operator's own address, where nothing else is
	handle  func(*exchange) error
}

// imgPath is where pictures are asked for.
const imgPath = "/img"

func (s *Server) table() []route {
	read := []string{http.MethodGet, http.MethodHead}
	return []route{
		{imgPath, read, s.Count.First(), false, s.image}, // image counts the rest
		{"/sign", append(read, http.MethodPost), limit.Whole, false, s.sign},
		{"/upload", []string{http.MethodPost}, limit.Whole, false, s.upload},
		{"/source", read, limit.Whole, false, s.source},
		{"/cache", []string{http.MethodDelete}, 0, true, s.purge},
		{"/cache/purge", []string{http.MethodPost}, 0, true, s.purgeAll},
		{"/health", read, 0, true, s.health},
		{"/ready", read, 0, true, s.ready},
		{"/metrics", read, 0, true, s.metrics},
		{"/stats/cache", read, 0, true, s.cacheStats},
		{"/", read, 0, false, s.page},
		{playground.Prefix, read, 0, false, s.pageFile},
	}
}

// routes builds the handler: every request passes the middleware, then its row of the table.
func (s *Server) routes(admin bool) http.Handler {
	table := s.table()
	if admin {
		table = slices.DeleteFunc(table, func(r route) bool { return !r.admin })
	}
	return s.middleware(admin, func(x *exchange) error {
		r, err := s.find(x, table)
		if err != nil {
			return err
		}
		x.route = r.path
		if !r.admin { // probes and scrapes would bury the rest
			s.trace(x)
		}
		if !slices.Contains(r.methods, x.r.Method) {
			allow := strings.Join(r.methods, ", ")
			x.set("Allow", allow)
			return fault.New(fault.MethodNotAllowed, "want %s, got %s", allow, opt.Quote(x.r.Method))
		}
		if err := s.count(x, r.parts); err != nil {
			return err
		}
		return r.handle(x)
	})
}

// find returns the row that a request belongs to; at the public address a URL of another server may be one.
func (s *Server) find(x *exchange, table []route) (route, error) {
	i := slices.IndexFunc(table, func(r route) bool { return r.holds(x.r.URL.Path) })
	switch {
	case i >= 0:
		return table[i], nil
	case len(s.Dialects) == 0 || x.admin:
		return route{}, fault.New(fault.NotFound, "want one of %s, got %s", paths(table), opt.Quote(x.r.URL.Path))
	}
	return s.foreign(x, table)
}

// holds reports whether a request for the path belongs here.
func (r route) holds(path string) bool {
	return path == r.path || r.path != "/" && strings.HasSuffix(r.path, "/") && strings.HasPrefix(path, r.path)
}

func paths(table []route) string {
	list := make([]string, len(table))
	for i, r := range table {
		list[i] = r.path
	}
	return strings.Join(list, ", ")
}
