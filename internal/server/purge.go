package server

import (
	"errors"
	"fmt"
	"net/http"

	"imagekit/internal/cache/purge"
	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// purged bounds one POST /cache/purge.
var purged = list{lines: 1000, bytes: 4 << 20}

// purge answers DELETE /cache: the results of one source, of one v, or of all sources below a prefix are used no more.
func (s *Server) purge(x *exchange) error {
	if err := s.mayPurge(x); err != nil {
		return err
	}
	target, err := purgeTarget(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	x.source = target.Shown()
	return s.purgeTargets(x, []purge.Target{target})
}

// purgeAll answers POST /cache/purge: every line of the body is a query as DELETE /cache takes it. One that is refused
// refuses them all.
func (s *Server) purgeAll(x *exchange) error {
	if err := s.mayPurge(x); err != nil {
		return err
	}
	var targets []purge.Target
	err := purged.read(x, func(n int, query string) error {
		target, err := purgeTarget(query)
		if err != nil {
			f := fault.From(err)
			return &fault.Error{Kind: f.Kind, Param: f.Param, Detail: fmt.Sprintf("line %d: %s", n, f.Detail)}
		}
		targets = append(targets, target)
		return nil
	})
	if err != nil {
		return err
	}
	return s.purgeTargets(x, targets)
}

// mayPurge lets through whoever bears a token, from wherever: a purge makes work, and a page in a local browser or a
// neighbour on this machine shall not cause it.
func (s *Server) mayPurge(x *exchange) error {
	if s.purgeToken.borne(x.r.Header) || s.token.borne(x.r.Header) {
		return nil
	}
	return fault.New(fault.NotAllowed, "%s wants the header \"Authorization: Bearer TOKEN\" from every caller, where "+
		"TOKEN is IMAGEKIT_PURGE_TOKEN or IMAGEKIT_SIGN_TOKEN", x.r.URL.Path)
}

// purgeTarget reads a query that names what is purged.
func purgeTarget(raw string) (purge.Target, error) {
	query, err := param.Split(raw)
	if err != nil {
		return purge.Target{}, err
	}
	if err := query.Only("url", "v"); err != nil {
		return purge.Target{}, err
	}
	return purge.Read(query.Get("url"), query.Get("v"))
}

// purgeTargets does it and answers.
func (s *Server) purgeTargets(x *exchange, targets []purge.Target) error {
	if err := s.Purge(x.r.Context(), targets); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return f
		}
		return fault.Wrap(fault.Internal, err, "the purge could not be written to the disk of the cache; try again, "+
			"nothing is purged yet")
	}
	for _, t := range targets {
		s.Log.Info("purged", "id", x.id, "client", x.client, "source", t.Shown(), "v", t.Version)
	}
	if s.SharedState != nil {
		return s.json(x, map[string]string{"others": "within " + purge.PollEvery.String()})
	}
	x.set("Cache-Control", "no-store")
	x.WriteHeader(http.StatusNoContent)
	return nil
}
