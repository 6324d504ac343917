package render

import (
	"strconv"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
)

// keyText returns the text a result is kept under: all that decides its bytes, and v. The expiry and the signature
// are not in it. Of the limits those decide bytes that results are made smaller for, without w and h, or stills. The others
// refuse sources. Only the last line may hold any text, so that different requests have different keys.
func keyText(req param.Request, out format.Format, limits plan.Limits) string {
	p := req.Params
	as := out.String()
	if p.Moving != format.Unknown && p.Moving != out {
		as += "," + p.Moving.String()
	}
	p.Format = format.Unknown // what was asked; out is what it came to
	return "engine=" + strconv.Itoa(plan.EngineVersion) + "\nurl=" + req.Source + "\nformat=" + as +
		"\npixels=" + strconv.FormatInt(limits.MaxOutputPixels, 10) + "," + strconv.Itoa(limits.MaxFrames) + "," +
		strconv.FormatInt(limits.MaxFramePixels, 10) + "\nparams=" + p.Normal() + "\nv=" + req.Version
}

// byDigest returns a request as it stands in a key: a watermark that has a name by the digest of its bytes, the fonts of a
// text by that of theirs, and nothing of what is not there.
func (r *Renderer) byDigest(req param.Request) param.Request {
	w := &req.Params.Watermark
	if !w.Given() {
		*w = param.Watermark{}
	} else if !w.IsURL() {
		w.Source = "digest:" + r.watermarks[w.Source].Digest
	}
	t := &req.Params.Text
	if !t.Given() {
		*t = param.Text{}
	} else if d := r.fonts.Digest; d != "" { // of all: what a font lacks comes from the others
		t.Font = "digest:" + d + ":" + t.Font
	}
	return req
}

// LastPurge returns the generation of the latest purge that concerns the result under a key, by the source of its picture
// or of its watermark. It is 0 when there was none, and for texts that are no keys.
func LastPurge(key string, purges Purges) uint64 {
	source, version, ok := keySource(key)
	if !ok {
		return 0
	}
	last := purges.Last(source, version)
	if mark := keyMark(key); mark != "" {
		last = max(last, purges.Last(mark, ""))
	}
	return last
}

// keyMark returns the source URL of the watermark in the text that a result is kept under, "" where it has none.
func keyMark(key string) string {
	_, params, _ := strings.Cut(key, "\nparams=")
	params, _, _ = strings.Cut(params, "\n")
	value, found := strings.CutPrefix(params, "wm=")
	if !found {
		_, value, _ = strings.Cut(params, "&wm=")
	}
	value, _, _ = strings.Cut(value, "&")
	mark, _ := param.Unescape(value)
	if !(param.Watermark{Source: mark}).IsURL() {
		return ""
	}
	return mark
}

// keySource returns the source URL and the v in the text that a result is kept under. It reports false for other texts.
func keySource(key string) (source, version string, ok bool) {
	_, rest, ok := strings.Cut(key, "\nurl=")
	if !ok || !strings.HasPrefix(key, "engine=") {
		return "", "", false
	}
	if source, rest, ok = strings.Cut(rest, "\n"); ok {
		_, version, ok = strings.Cut(rest, "\nv=")
	}
	return source, version, ok
}
