package server

import (
	"imagekit/internal/param"
	"imagekit/internal/source"
)

// sourceInfo is the answer of /source.
type sourceInfo struct {
	Format string `json:"format"`
	Width  int    `json:"width"` // upright
	Height int    `json:"height"`
	Alpha  bool   `json:"alpha"`
	Bytes  int    `json:"bytes"`
}

// source answers GET /source: what the picture at url is, before anything is done to it. It makes the server fetch, so
// it is for those who may sign. Of the parameters only url and v matter; the others must be right all the same.
func (s *Server) source(x *exchange) error {
	if err := s.trusted(x); err != nil {
		return err
	}
	query, err := param.Split(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	req, err := s.Rules.Request(query)
	if err != nil {
		return err
	}
	x.source = source.Shown(req.Source)
	info, err := s.Renderer.Describe(x.r.Context(), req)
	if err != nil {
		return err
	}
	return s.json(x, sourceInfo{info.Format.String(), info.Width, info.Height, info.Alpha, info.Bytes})
}
