package server

import (
	"imagekit/internal/fault"
	"imagekit/internal/limit"
)

// count counts the request against its client's rate limit, as so many parts of a whole one.
func (s *Server) count(x *exchange, parts int) error {
	if parts == 0 {
		return nil
	}
	x.limit = s.Limiter.Take(x.client, parts)
	if x.limit.OK {
		x.counted += parts
		return nil
	}
	err := fault.New(fault.RateLimited, "this client has made its %d requests at once (IMAGEKIT_RATE_BURST) and as many a "+
		"second as IMAGEKIT_RATE_LIMIT allows, counted by IMAGEKIT_RATE_LIMIT_COUNT=%s; try again in %s s",
		x.limit.Limit, s.Count, ceilSeconds(x.limit.RetryAfter))
	err.Retry = x.limit.RetryAfter
	return err
}

// countWork counts what is missing to a whole request, once it is known that there is work to do.
func (s *Server) countWork(x *exchange) error { return s.count(x, limit.Whole-x.counted) }
