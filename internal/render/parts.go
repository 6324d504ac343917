package render

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/stage"
	"imagekit/internal/trace"
)

// part is a source of a result: the picture is the first one, then comes what is laid over it.
type part struct {
	key      sourceKey
	need     scope // of its pixels
	blob     *blob.Blob
	giveBack func(sound bool)
}

// atHand is a part that nobody has to fetch.
func atHand(b *blob.Blob) part { return part{blob: b, giveBack: func(bool) {}} }

// marks returns what the parameters lay over the picture: the watermark.
func (r *Renderer) marks(p param.Params) ([]part, error) {
	w := p.Watermark
	switch {
	case !w.Given():
		return nil, nil
	case w.IsURL():
		return []part{{key: sourceKey{url: w.Source}, need: scope{pixels: true}}}, nil
	}
	at, ok := r.watermarks[w.Source]
	if !ok {
		err := fault.New(fault.BadParameter, "wm: there is no watermark %s here, want the name of a file in "+
			"IMAGEKIT_WATERMARKS, or a source URL",
			opt.Quote(w.Source))
		err.Param = "wm"
		return nil, err
	}
	return []part{atHand(at.Blob)}, nil
}

// Check refuses what of the parameters nobody can do here: a watermark or a font that is not at hand.
func (r *Renderer) Check(p param.Params) error {
	if p.Text.Given() && !r.fonts.Has(p.Text.Font) {
		err := fault.New(fault.BadParameter, "textfont: there is no font %s here, want one of %s", opt.Quote(p.Text.Font),
			strings.Join(r.fonts.Names(), ", "))
		err.Param = "textfont"
		return err
	}
	_, err := r.marks(p)
	return err
}

// errUnfinished is how work ends that a panic ended.
var errUnfinished = errors.New("the work did not end")

// borrow gets what is not at hand of the parts, all at the same time. When one cannot be had, all are given back.
func (r *Renderer) borrow(ctx context.Context, parts []part, times *stage.Times) error {
	if !slices.ContainsFunc(parts, func(p part) bool { return p.blob == nil }) {
		return nil
	}
	ctx, fetching := trace.Begin(ctx, stage.Fetch)
	group, ctx := errgroup.WithContext(ctx)
	get := func(i int) (err error) {
		if p := &parts[i]; p.blob == nil {
			p.blob, p.giveBack, err = r.sources.borrow(ctx, p.key, p.need)
		}
		return ofPart(err, i)
	}
	for i := range parts[1:] {
		group.Go(func() error { return get(i + 1) })
	}
	if err := get(0); err != nil {
		group.Go(func() error { return err }) // the others need not go on
	}
	err := group.Wait() // the first one: the others may have ended because of it
	fetching.End(times, err)
	if err == nil {
		return nil
	}
	for _, p := range parts {
		if p.blob != nil {
			p.giveBack(true)
		}
	}
	return err
}

// settle gives the parts back and remembers what was wrong with one: nothing of that is blamed on the others. decoded
// tells whether it came to the engine.
func (r *Renderer) settle(parts []part, decoded bool, err error) {
	guilty := -1
	if err != nil && blamesSource(err) {
		guilty = fault.From(err).Part
	}
	for i, p := range parts {
		p.giveBack(i != guilty)
		if i != guilty || p.key == (sourceKey{}) {
			continue
		}
		need := scope{}
		if decoded {
			need = p.need
		}
		r.sources.memory.fail(p.key, need, p.blob.Generation, err, time.Now())
	}
}

// ofPart says in an error which part it is of, if that is not the picture.
func ofPart(err error, part int) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || part == 0 {
		return err
	}
	e := *f
	e.Part, e.Param, e.Detail = part, "wm", "the watermark: "+f.Detail
	return &e
}

// blobs returns the bytes of parts.
func blobs(parts []part) []*blob.Blob {
	list := make([]*blob.Blob, len(parts))
	for i, p := range parts {
		list[i] = p.blob
	}
	return list
}

// generation returns that of what is made of all parts.
func generation(parts []part) uint64 {
	least := parts[0].blob.Generation
	for _, p := range parts[1:] {
		if p.key != (sourceKey{}) {
			least = min(least, p.blob.Generation)
		}
	}
	return least
}
