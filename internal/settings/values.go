package settings

import (
	"cmp"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

// errValue answers a value that Choices or Want already describe.
var errValue = errors.New("not one of the values accepted")

// Secret is text that no print shows.
type Secret string

const redacted = "[secret]"

// String hides the text.
func (s Secret) String() string { return redacted }

// GoString hides the text from %#v.
func (s Secret) GoString() string { return redacted }

// MarshalText hides the text from encoders and JSON logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Set takes any text. Part of flag.Value.
func (s *Secret) Set(text string) error {
	*s = Secret(text)
	return nil
}

// Want says what Set accepts.
func (*Secret) Want() string { return "text" }

// toggle is a switch.
type toggle bool

func (t *toggle) String() string {
	if *t {
		return "1"
	}
	return "0"
}

func (t *toggle) Set(text string) error {
	switch text {
	case "1", "true", "on":
		*t = true
	case "0", "false", "off":
		*t = false
	default:
		return errValue
	}
	return nil
}

func (*toggle) Want() string { return "1 or 0 (or true, false, on, off)" }

// choice is one of two words; the second one sets to.
type choice struct {
	to          *bool
	first, then string
}

func (c choice) String() string {
	if *c.to {
		return c.then
	}
	return c.first
}

func (c choice) Set(text string) error {
	if text != c.first && text != c.then {
		return errValue
	}
	*c.to = text == c.then
	return nil
}

func (c choice) Choices() []string { return []string{c.first, c.then} }

// word is one of some words.
type word struct {
	to    *string
	words []string
}

func (w word) String() string { return *w.to }

func (w word) Set(text string) error {
	if !slices.Contains(w.words, text) {
		return errValue
	}
	*w.to = text
	return nil
}

func (w word) Choices() []string { return w.words }

// origin is whose pages may read an answer (Fetch standard, Access-Control-Allow-Origin); "" = nobody's.
type origin string

func (o *origin) String() string { return cmp.Or(string(*o), "off") }

func (o *origin) Set(text string) error {
	if text == "*" || text == "off" {
		*o = origin(strings.TrimSuffix(text, "off"))
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" ||
		text != u.Scheme+"://"+u.Host {
		return errValue
	}
	*o = origin(text)
	return nil
}

func (*origin) Want() string {
	return "*, off or an origin such as https://example.com, without a path"
}

// headerText is the value of an HTTP header field: printable ASCII (RFC 9110 §5.5 without its obsolete part).
type headerText string

func (h *headerText) String() string { return string(*h) }

func (h *headerText) Set(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(text) != text {
		return errValue
	}
	*h = headerText(text)
	return nil
}

func (*headerText) Want() string { return "printable ASCII" }

// level is a log level.
type level slog.Level

func (l *level) String() string { return strings.ToLower(slog.Level(*l).String()) }

func (l *level) Set(text string) error {
	if !slices.Contains(l.Choices(), text) {
		return errValue
	}
	return (*slog.Level)(l).UnmarshalText([]byte(text))
}

func (*level) Choices() []string { return []string{"debug", "info", "warn", "error"} }
