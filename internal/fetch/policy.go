package fetch

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/source"
)

// policy decides which URLs may be asked for.
type policy struct {
	hosts []string // lower case, without final dot; empty = any
}

func newPolicy(hosts []string) policy {
	var p policy
	for _, h := range hosts {
		p.hosts = append(p.hosts, canonicalHost(h))
	}
	return p
}

// source checks the URL a request names.
func (p policy) source(rawURL string) (*url.URL, error) {
	u, err := source.URL(rawURL)
	if err != nil {
		return nil, err
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
	if len(location) > source.MaxLen {
		return nil, fault.New(fault.OriginFailed, "the origin redirects to a URL of %d bytes, want at most %d",
			len(location), source.MaxLen)
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
	normal, err := source.Normal(u.String())
	if err == nil {
		u, err = source.URL(normal)
	}
	if err != nil {
		return nil, fault.Wrap(fault.OriginFailed, withoutURL(err), "the origin redirects to a malformed URL")
	}
	if !p.allows(u) {
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

func isRedirect(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
