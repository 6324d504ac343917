package render

import (
	"strconv"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
)

// keyText returns the text a result is kept under: all that decides its bytes, and v. The expiry and the signature
// are not in it. Of the limits only the bound of the result decides bytes: without w and h a picture shrinks to it. The
// others refuse sources. Only the last line may hold any text, so that different requests have different keys.
func keyText(req param.Request, out format.Format, limits plan.Limits) string {
	p := req.Params
	p.Format = format.Unknown // what was asked; out is what it came to
	return "engine=" + strconv.Itoa(plan.EngineVersion) + "\nurl=" + req.Source + "\nformat=" + out.String() +
		"\npixels=" + strconv.FormatInt(limits.MaxOutputPixels, 10) + "\nparams=" + p.Normal() + "\nv=" + req.Version
}

// KeySource returns the source URL and the v in the text that a result is kept under. It reports false for other texts.
func KeySource(key string) (source, version string, ok bool) {
	_, rest, ok := strings.Cut(key, "\nurl=")
	if !ok || !strings.HasPrefix(key, "engine=") {
		return "", "", false
	}
	if source, rest, ok = strings.Cut(rest, "\n"); ok {
		_, version, ok = strings.Cut(rest, "\nv=")
	}
	return source, version, ok
}
