package fetch

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"imagekit/internal/fault"
)

// maxLocation is the longest redirect target that is followed, the length a source URL may have.
const maxLocation = 4096

// policy decides which URLs may be asked for.
type policy struct {
	hosts     []string // lower case, without final dot; empty = any
	normalize func(string) (string, error)
}

func newPolicy(hosts []string, normalize func(string) (string, error)) policy {
	p := policy{normalize: normalize}
	for _, h := range hosts {
		p.hosts = append(p.hosts, canonicalHost(h))
	}
	return p
}

// source checks the URL a request names.
func (p policy) source(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fault.Wrap(fault.BadSource, err, "the source is not a valid URL")
	}
	if !isWeb(u) {
		return nil, fault.New(fault.BadSource, "want an absolute http or https URL, got scheme %.20q", u.Scheme)
	}
	if !isPlain(u) {
		return nil, fault.New(fault.BadSource, "the source URL must have a host and no user name or password")
	}
	if !p.allows(u) {
		return nil, fault.New(fault.SourceForbidden, "the host %s is not in IMAGEKIT_ALLOWED_HOSTS",
			u.Hostname())
	}
	return u, nil
}

// redirect checks where a response to a request for from leads. Its errors never name the target: the
// client did not ask for it, and it may be internal.
func (p policy) redirect(from *url.URL, location string) (*url.URL, error) {
	if location == "" {
		return nil, fault.New(fault.OriginFailed, "the origin redirects without a Location header")
	}
	if len(location) > maxLocation {
		return nil, fault.New(fault.OriginFailed, "the origin redirects to a URL of %d bytes, want at most %d",
			len(location), maxLocation)
	}
	u, err := from.Parse(location)
	if err != nil {
		return nil, fault.Wrap(fault.OriginFailed, withoutURL(err), "the origin redirects to a malformed URL")
	}
	switch {
	case !isWeb(u):
		return nil, fault.New(fault.SourceForbidden, "the origin redirects to a URL that is not http or https")
	case from.Scheme == "https" && u.Scheme == "http":
		return nil, fault.New(fault.SourceForbidden, "the origin redirects from https to http")
	}
	if u, err = p.normalized(u); err != nil {
		return nil, fault.Wrap(fault.OriginFailed, withoutURL(err), "the origin redirects to a malformed URL")
	}
	switch {
	case !isPlain(u):
		return nil, fault.New(fault.OriginFailed, "the origin redirects to a URL without host or with user info")
	case !p.allows(u):
		return nil, fault.New(fault.SourceForbidden,
			"the origin redirects to a host that is not in IMAGEKIT_ALLOWED_HOSTS")
	}
	return u, nil
}

// withoutURL drops the URL from an error of net/url: its query may hold a secret, and the error goes to the log.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (p policy) normalized(u *url.URL) (*url.URL, error) {
	if p.normalize == nil {
		return u, nil
	}
	text, err := p.normalize(u.String())
	if err != nil {
		return nil, err
	}
	return url.Parse(text)
}

// allows reports whether the host is open, as far as names go.
func (p policy) allows(u *url.URL) bool {
	host := canonicalHost(u.Hostname())
	return len(p.hosts) == 0 || slices.ContainsFunc(p.hosts, func(pattern string) bool {
		if strings.HasPrefix(pattern, "*.") {
			return strings.HasSuffix(host, pattern[1:]) && len(host) >= len(pattern)
		}
		return host == pattern
	})
}

func canonicalHost(h string) string { return strings.TrimSuffix(strings.ToLower(h), ".") }

func isWeb(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

func isPlain(u *url.URL) bool { return u.Hostname() != "" && u.User == nil }

func isRedirect(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
