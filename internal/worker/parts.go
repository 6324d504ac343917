package worker

import (
	"encoding/json"
	"fmt"
	"slices"

	"imagekit/internal/blob"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// A job has parts: part 0 is the picture, part n the n-th overlay of its plan.

// place is how far a job came: the part that is in work, and its stage. It is the header of a progress message.
type place struct {
	Part  int `json:",omitempty"`
	Stage stage.Stage
}

// start returns where a job begins: with its first overlay, if there is one.
func start(p plan.Plan) place {
	if len(p.Overlays) > 0 {
		return place{1, stage.Decode}
	}
	return place{0, stage.Decode}
}

// untouched is where a job is that no worker has read.
var untouched = place{0, stage.Queue}

// before reports whether a job comes to the place b after a: the overlays in their order come first, then the picture.
func (a place) before(b place) bool {
	switch {
	case a.Part == b.Part:
		return a.Stage < b.Stage
	case b.Part == 0:
		return true
	}
	return a.Part > 0 && a.Part < b.Part
}

// String names the place in the log.
func (a place) String() string {
	if a.Part == 0 {
		return a.Stage.String()
	}
	return fmt.Sprintf("%v of part %d", a.Stage, a.Part)
}

// source returns a part of a job, and what the plan does to it.
func (j *job) source(part int) (*blob.Blob, plan.Plan) {
	if part == 0 {
		return j.picture, j.plan
	}
	return j.overlays[part-1], j.plan.Overlays[part-1].Plan(j.plan)
}

// jobHeader is the header of a job.
type jobHeader struct {
	Plan    plan.Plan // without the profiles of its sources
	Profile int       // bytes at the front of the body that are Source.Profile
	// Overlays are the lengths of what follows the source, by the plan's overlays.
	Overlays []lengths `json:",omitempty"`
}

// lengths of the profile and the source of an overlay, in bytes.
type lengths struct{ Profile, Source int }

// encodeJob returns a job's header. Its body is p.Source.Profile and the source, and then the same of each overlay.
func encodeJob(p plan.Plan, overlays ...*blob.Blob) ([]byte, error) {
	h := jobHeader{Plan: p, Profile: len(p.Source.Profile)}
	h.Plan.Source.Profile = nil
	h.Plan.Overlays = slices.Clone(p.Overlays)
	for i, b := range overlays {
		s := &h.Plan.Overlays[i].Source
		h.Overlays = append(h.Overlays, lengths{len(s.Profile), len(b.Data)})
		s.Profile = nil
	}
	return json.Marshal(h)
}

// bodyOf appends the pieces of a job's body.
func bodyOf(list [][]byte, p plan.Plan, picture *blob.Blob, overlays []*blob.Blob) [][]byte {
	list = append(list, p.Source.Profile, picture.Data)
	for i, b := range overlays {
		list = append(list, p.Overlays[i].Source.Profile, b.Data)
	}
	return list
}

// decodeJob is the inverse of encodeJob. Profiles and sources stay slices of body.
func decodeJob(header, body []byte) (p plan.Plan, picture []byte, overlays [][]byte, err error) {
	var h jobHeader
	if err := json.Unmarshal(header, &h); err != nil {
		return plan.Plan{}, nil, nil, fmt.Errorf("%w: job: %w", errWire, err)
	}
	left := len(body) - h.Profile // for the sources
	bad := h.Profile < 0 || left < 0 || len(h.Overlays) != len(h.Plan.Overlays)
	for _, l := range h.Overlays {
		bad = bad || l.Profile < 0 || l.Source < 0 || l.Profile > left || l.Source > left-l.Profile
		left -= l.Profile + l.Source
	}
	if bad {
		return plan.Plan{}, nil, nil, fmt.Errorf("%w: profile of %d bytes and %d overlays in a body of %d", errWire,
			h.Profile, len(h.Overlays), len(body))
	}
	if len(h.Overlays) == 0 {
		h.Plan.Overlays = nil
	}
	take := func(n int) (piece []byte) {
		if n > 0 {
			piece = body[:n:n]
		}
		body = body[n:]
		return piece
	}
	h.Plan.Source.Profile = take(h.Profile)
	picture = body[:left]
	body = body[left:]
	for i, l := range h.Overlays {
		h.Plan.Overlays[i].Source.Profile = take(l.Profile)
		overlays = append(overlays, take(l.Source))
	}
	return h.Plan, picture, overlays, nil
}
