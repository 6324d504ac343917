package server

import (
	"path"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/percent"
)

// attachment returns the Content-Disposition (RFC 6266) that has a browser save a picture under a name: once in ASCII, and
// once as it is (RFC 8187), which is taken where it is understood.
func attachment(name string, f format.Format) string {
	if format.ByExt(path.Ext(name)) == format.Unknown {
		name += f.Ext()
	}
	var plain, exact strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) { // some undo escapes here (RFC 6266, appendix D)
			r = '_'
		}
		plain.WriteRune(r)
	}
	for i := range len(name) {
		if c := name[i]; isAttrChar(c) {
			exact.WriteByte(c)
		} else {
			percent.Escape(&exact, c)
		}
	}
	return `attachment; filename="` + plain.String() + `"; filename*=UTF-8''` + exact.String()
}

// isAttrChar reports what stands for itself in an extended value (RFC 8187 §3.2.1).
func isAttrChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
