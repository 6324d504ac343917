package imgproxy

import (
	"encoding/base64"
	"net/url"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/source"
)

// option is one option of a path: its name and its arguments.
type option struct {
	name string
	args []string
}

const (
	separator = ":"
	plainMark = "plain"
)

// cutSignature returns the signature, and the path behind it as it is signed.
func cutSignature(t dialect.Target) (sig, path string) {
	sig, rest, _ := strings.Cut(t.Path[1:], "/")
	return sig, repaired("/" + rest)
}

// repaired undoes what proxies do to paths: colons of options that were escaped, and slashes of a plain URL that were
// merged.
func repaired(path string) string {
	options, plain, found := strings.Cut(path, "/"+plainMark+"/")
	options = strings.ReplaceAll(strings.ReplaceAll(options, "%3A", ":"), "%3a", ":")
	if !found {
		return options
	}
	scheme, rest, cut := strings.Cut(plain, ":/")
	if cut && !strings.ContainsAny(scheme, "/%@?") && !strings.HasPrefix(rest, "/") {
		slashes := "://"
		if scheme == "local" {
			slashes = ":///"
		}
		plain = scheme + slashes + rest
	}
	return options + "/" + plainMark + "/" + plain
}

// split returns the options of a path and what follows them: the source.
func (r *Reader) split(path string) ([]option, []string, error) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if r.config.OnlyPresets {
		return []option{{"pr", strings.Split(segments[0], separator)}}, segments[1:], nil
	}
	options := make([]option, 0, 8)
	for i, s := range segments {
		name, args, isOption := strings.Cut(s, separator)
		if !isOption {
			return options, segments[i:], nil
		}
		options = append(options, option{name, strings.Split(args, separator)})
	}
	return nil, nil, bad("the source is missing, want plain/URL or a URL in base64 behind the options")
}

func bad(format string, args ...any) error {
	err := fault.New(fault.BadSource, "source: "+format, args...)
	err.Param = "source"
	return err
}

// source returns the source that stands in these segments, and the extension that names a format.
func (r *Reader) source(segments []string) (src, ext string, err error) {
	if len(segments) == 0 || segments[0] == "" {
		return "", "", bad("it is missing, want plain/URL or a URL in base64 behind the options")
	}
	switch segments[0] {
	case plainMark:
		src, ext, err = plainSource(strings.Join(segments[1:], "/"))
	case "enc":
		return "", "", bad("encrypted source URLs are of imgproxy Pro, want plain/URL or a URL in base64")
	default:
		if r.config.FileNames && len(segments) > 1 {
			segments = segments[:len(segments)-1]
		}
		src, ext, err = base64Source(strings.Join(segments, ""))
	}
	if err != nil {
		return "", "", err
	}
	src, err = source.Resolve(ours(src), r.config.Base)
	return src, ext, err
}

// ours returns a source of imgproxy's as package source writes it.
func ours(src string) string {
	path, isLocal := strings.CutPrefix(src, "local://")
	if !isLocal {
		return src
	}
	path, _, _ = strings.Cut(path, "?")
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	return source.LocalPrefix + strings.TrimPrefix(path, "/")
}

func plainSource(text string) (src, ext string, err error) {
	raw, ext, _ := strings.Cut(text, "@")
	if strings.Contains(ext, "@") {
		return "", "", bad(`got two "@", want %%40 for those of the URL, and one before a format`)
	}
	src, err = url.PathUnescape(raw)
	if err != nil {
		return "", "", bad("got a bad escape in %s, want %% and two hexadecimal digits", opt.Quote(raw))
	}
	return src, ext, nil
}

func base64Source(text string) (src, ext string, err error) {
	raw, ext, _ := strings.Cut(text, ".")
	if strings.Contains(ext, ".") {
		return "", "", bad(`got two ".", want base64 and one before a format`)
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(raw, "="))
	if err != nil {
		return "", "", bad("want plain/URL or a URL in base64url, got %s; options end at the first segment without %q",
			opt.Quote(raw), separator)
	}
	return string(decoded), ext, nil
}
