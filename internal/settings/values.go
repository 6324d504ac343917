package settings

import (
	"cmp"
	"errors"
	"flag"
	"log/slog"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/format"
	"imagekit/internal/opt"
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

// units are the suffixes of a size: powers of 1024 (IEC 80000-13) and of 1000.
var units = []struct {
	suffix string
	bytes  int64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
}

// size is a number of bytes above 0.
type size int64

// String returns the size with the largest unit that divides it.
func (s *size) String() string {
	text := strconv.FormatInt(int64(*s), 10)
	for _, u := range units {
		if *s != 0 && int64(*s)%u.bytes == 0 {
			if short := strconv.FormatInt(int64(*s)/u.bytes, 10) + u.suffix; len(short) < len(text) {
				text = short
			}
		}
	}
	return text
}

func (s *size) Set(text string) error {
	unit := int64(1)
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = number, u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 || int64(n) > math.MaxInt64/unit {
		return errValue
	}
	*s = size(int64(n) * unit)
	return nil
}

func (*size) Want() string { return "a size above 0 such as 8MiB, 10GB or 1048576" }

// sizeOrNone is a number of bytes; 0 switches off what it bounds.
type sizeOrNone int64

func (s *sizeOrNone) String() string { return (*size)(s).String() }

func (s *sizeOrNone) Set(text string) error {
	if text == "0" {
		*s = 0
		return nil
	}
	return (*size)(s).Set(text)
}

func (*sizeOrNone) Want() string { return "a size such as 8MiB, 10GB or 1048576, or 0 for none" }

// duration is a time span above 0.
type duration time.Duration

func (d *duration) String() string { return time.Duration(*d).String() }

func (d *duration) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v <= 0 {
		return errValue
	}
	*d = duration(v)
	return nil
}

func (*duration) Want() string { return "a duration above 0 with its unit, such as 30s or 1m30s" }

// delay is a time span of 0 or more.
type delay time.Duration

func (d *delay) String() string { return time.Duration(*d).String() }

func (d *delay) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return errValue
	}
	*d = delay(v)
	return nil
}

func (*delay) Want() string { return "a duration with its unit, such as 0s or 5s" }

// origin is whose pages may read an answer (Fetch standard, Access-Control-Allow-Origin); "" = nobody's.
type origin string

func (o *origin) String() string { return cmp.Or(string(*o), "off") }

func (o *origin) Set(text string) error {
	if text == "*" || text == "off" {
		*o = origin(strings.TrimSuffix(text, "off"))
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || text != u.Scheme+"://"+u.Host {
		return errValue
	}
	*o = origin(text)
	return nil
}

func (*origin) Want() string {
	return "*, off or an origin such as https://example.com, without a path"
}

// Size reads and writes a number of bytes above 0 as the settings do.
func Size(to *int64) flag.Value { return (*size)(to) }

// Age reads and writes a time span above 0 as the settings do, and in days: 7d, 1d12h.
func Age(to *time.Duration) flag.Value { return (*age)(to) }

// age is a duration that may be long.
type age time.Duration

const day = 24 * time.Hour

func (a *age) String() string {
	if d := time.Duration(*a); d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return time.Duration(*a).String()
}

func (a *age) Set(text string) error {
	var sum time.Duration
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, whole := opt.Whole(days)
		if !whole || n > int(math.MaxInt64/day)-1 {
			return errValue
		}
		sum, text = time.Duration(n)*day, rest
	}
	if text != "" || sum == 0 {
		v, err := time.ParseDuration(text)
		if err != nil || v < 0 || v > math.MaxInt64-sum {
			return errValue
		}
		sum += v
	}
	if sum <= 0 {
		return errValue
	}
	*a = age(sum)
	return nil
}

func (*age) Want() string { return "a duration above 0 with its unit, such as 7d, 12h or 1d12h" }

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

// list is a comma list; its errors name the piece that is wrong.
type list[T any] struct {
	to    *[]T
	parse func(string) (T, bool)
	write func(T) string
	want  string
}

func (l list[T]) String() string {
	texts := make([]string, len(*l.to))
	for i, v := range *l.to {
		texts[i] = l.write(v)
	}
	return strings.Join(texts, ",")
}

func (l list[T]) Set(text string) error {
	var values []T
	for piece := range strings.SplitSeq(text, ",") {
		piece = strings.TrimSpace(piece)
		v, ok := l.parse(piece)
		if !ok {
			return &opt.Error{Value: piece}
		}
		values = append(values, v)
	}
	*l.to = values
	return nil
}

func (l list[T]) Want() string { return "a comma list of " + l.want }

func networks(to *[]netip.Prefix) list[netip.Prefix] {
	return list[netip.Prefix]{to, parseNetwork, netip.Prefix.String, "networks such as 10.0.0.0/8 or addresses"}
}

// OverUnix stands among the trusted proxies for those that connect by a Unix socket.
var OverUnix = netip.Prefix{}

// proxies are networks and the word unix.
func proxies(to *[]netip.Prefix) flag.Value {
	return list[netip.Prefix]{to, func(text string) (netip.Prefix, bool) {
		if text == "unix" {
			return OverUnix, true
		}
		return parseNetwork(text)
	}, func(p netip.Prefix) string {
		if p == OverUnix {
			return "unix"
		}
		return p.String()
	}, "networks such as 10.0.0.0/8, addresses or unix"}
}

// parseNetwork reads a CIDR (RFC 4632) without bits beyond its length, or a single address.
func parseNetwork(text string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), addr.Zone() == ""
	}
	p, err := netip.ParsePrefix(text)
	return p, err == nil && p == p.Masked()
}

func ports(to *[]uint16) list[uint16] {
	return list[uint16]{to, func(text string) (uint16, bool) {
		n, ok := opt.Whole(text)
		return uint16(n), ok && n >= 1 && n <= math.MaxUint16
	}, func(n uint16) string { return strconv.Itoa(int(n)) }, "ports 1…65535"}
}

func formats(to *[]format.Format) list[format.Format] {
	return list[format.Format]{to, func(text string) (format.Format, bool) {
		f, err := format.Parse(text)
		return f, err == nil
	}, format.Format.String, "formats: jpeg, webp, avif, png"}
}

func hosts(to *[]string) list[string] {
	return list[string]{
		to, parseHost, func(h string) string { return h },
		"hosts such as example.com or *.example.com, without scheme and port, other scripts as xn--…",
	}
}

// parseHost reads a host name, an IP address or a pattern for all hosts below a name.
func parseHost(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSuffix(text, "."))
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return addr.String(), true
	}
	name := strings.TrimPrefix(text, "*.")
	labels := strings.Split(name, ".")
	return text, !slices.ContainsFunc(labels, func(label string) bool {
		return label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != ""
	})
}
