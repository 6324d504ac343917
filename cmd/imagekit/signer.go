package main

import (
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
	"imagekit/internal/source"
)

// signer makes URLs for a server with these settings.
type signer struct {
	base string // stands before the path
	set  *settings.Settings
	keys *sign.Keyring
}

// sign returns the URL of a query.
func (s signer) sign(text string) (string, error) {
	canonical, err := readSignable(text, s.set)
	if err != nil {
		return "", err
	}
	return s.base + sign.URL(canonical, s.keys.Sign(canonical)), nil
}

// readSignable returns the canonical text of a query that the server would accept.
func readSignable(text string, s *settings.Settings) (string, error) {
	if err := refuseURL(text); err != nil {
		return "", err
	}
	query, err := param.Split(text)
	if err != nil {
		return "", usagef("%s", fault.From(err).Detail)
	}
	if query.Sig() != "" {
		return "", usagef("sig: sign adds the signature, want the query without it")
	}
	req, err := query.Request()
	if err != nil {
		return "", usagef("%s", fault.From(err).Detail)
	}
	if f := req.Params.Format; f != format.Unknown && f != format.Auto {
		if err := checkAllowed(f, s); err != nil {
			return "", err
		}
	}
	return query.Canonical(), nil
}

// refuseURL explains what to write instead of a URL: its own, or that of a request.
func refuseURL(text string) error {
	_, query, found := strings.Cut(text, "/img?")
	switch {
	case found && !strings.Contains(text[:len(text)-len(query)], "="):
		return usagef("sign wants the query alone, got a whole URL, want what follows \"?\" without sig: %s", opt.Quote(query))
	case source.Is(text):
		return usagef("sign wants a query, got a URL, want 'url=%s&w=640'", escapeValue.Replace(text))
	}
	return nil
}

// escapeValue percent-encodes what would end or change the value of a parameter.
var escapeValue = strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", ";", "%3B", "'", "%27", " ", "%20")
