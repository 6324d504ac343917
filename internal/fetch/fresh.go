package fetch

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// defaultFresh is for a response that does not say how long it is fresh (RFC 9111 §4.2.2 leaves that to the cache):
	// long enough for the sizes that one page asks for, short enough that nobody waits for a new picture. It counts from
	// the arrival, whatever the Age, and goes for redirects of every status too.
	defaultFresh = time.Minute
	// maxFresh bounds what an origin says. Results are kept much longer; sources are kept for bursts.
	maxFresh = 5 * time.Minute
)

// freshUntil returns until when a response may serve requests that come later, by the rules for a shared cache (RFC
// 9111 §4.2); the zero time when it may not. asked is when the request was sent, now when the header had come.
func freshUntil(h http.Header, asked, now time.Time) time.Time {
	lifetime, told := lifetime(h, now)
	if !told {
		return now.Add(defaultFresh)
	}
	age := age(h, asked, now)
	if lifetime <= age { // compared before it is subtracted: dates may be so far apart that it would overflow
		return time.Time{}
	}
	return now.Add(min(lifetime-age, maxFresh))
}

// lifetime is the freshness lifetime (RFC 9111 §4.2.1), if the response tells one. What cannot be read is stale.
func lifetime(h http.Header, now time.Time) (d time.Duration, told bool) {
	control := directives(h.Values("Cache-Control"))
	for _, name := range []string{"no-store", "no-cache", "private"} { // also with fields named: §5.2.2.4 and .7 allow that
		if _, ok := control[name]; ok {
			return 0, true
		}
	}
	for _, line := range h.Values("Vary") { // whatever else it names: our requests are all alike
		if strings.Contains(line, "*") {
			return 0, true
		}
	}
	for _, name := range []string{"s-maxage", "max-age"} {
		if values, ok := control[name]; ok {
			return least(values), true
		}
	}
	if expires := h.Values("Expires"); len(expires) > 0 {
		end, err := http.ParseTime(expires[0])
		if err != nil { // "0" above all
			return 0, true
		}
		return end.Sub(date(h, now)), true
	}
	return 0, false
}

// age is how old the response was when it came (RFC 9111 §4.2.3).
func age(h http.Header, asked, now time.Time) time.Duration {
	told, _ := seconds(h.Get("Age")) // one that cannot be read is ignored, as §5.1 wants
	return max(now.Sub(date(h, now)), told+now.Sub(asked))
}

// date is when the origin made the response, as far as it tells.
func date(h http.Header, now time.Time) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return now
}

// directives reads Cache-Control (RFC 9111 §5.2): names in lower case, each with the arguments it was given, without
// their quotes.
func directives(lines []string) map[string][]string {
	all := map[string][]string{}
	for _, line := range lines {
		for line != "" {
			var part string
			part, line = cutDirective(line)
			name, value, _ := strings.Cut(part, "=")
			name = strings.ToLower(strings.TrimSpace(name))
			all[name] = append(all[name], strings.Trim(value, " \t\""))
		}
	}
	return all
}

// cutDirective cuts a line after its first directive. A comma between quotes is part of one.
func cutDirective(line string) (first, rest string) {
	quoted := false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return line[:i], line[i+1:]
			}
		}
	}
	return line, ""
}

// least returns the shortest of several numbers of seconds; 0 when one cannot be read.
func least(values []string) time.Duration {
	least := time.Duration(math.MaxInt64)
	for _, v := range values {
		d, ok := seconds(v)
		if !ok {
			return 0
		}
		least = min(least, d)
	}
	return least
}

// seconds reads delta-seconds (RFC 9111 §1.2.2); more than 2³¹ counts as 2³¹.
func seconds(text string) (time.Duration, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		n = 1 << 31
	}
	return time.Duration(n) * time.Second, true
}

// earlier returns the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
