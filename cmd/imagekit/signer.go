package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"imagekit/internal/addressing"
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
	base  string // stands before the path
	set   *settings.Settings
	rules *addressing.Rules
	keys  *sign.Keyring
	free  string    // what shall not be signed, "" = what the query says
	told  io.Writer // is told what was signed; nil = nobody is

	dialect pathSigner // of another server's URLs; nil: of ours
}

// sign returns the URL of a query.
func (s signer) sign(text string) (string, error) {
	if s.dialect != nil {
		return s.signPath(text)
	}
	query, err := s.read(text)
	if err != nil {
		return "", err
	}
	canonical := query.Canonical()
	if s.told != nil {
		s.explain(canonical, query.Free())
	}
	return s.base + sign.URL(query.Spelling(), s.keys.Sign(canonical)), nil
}

// signPath returns the URL of a path in the signer's dialect.
func (s signer) signPath(path string) (string, error) {
	signed, err := s.dialect.Sign(path)
	if err != nil {
		return "", usagef("%s", publicText(err))
	}
	return s.base + signed, nil
}

// read returns a query that the server would accept.
func (s signer) read(text string) (param.Query, error) {
	if err := refuseURL(text); err != nil {
		return param.Query{}, err
	}
	if s.free != "" {
		text += "&free=" + escapeValue.Replace(s.free)
	}
	query, err := param.Split(text)
	if err != nil {
		return param.Query{}, usagef("%s", fault.From(err).Detail)
	}
	if query.Sig() != "" {
		return param.Query{}, usagef("sig: sign adds the signature, want the query without it")
	}
	req, err := s.rules.Request(query)
	if err != nil {
		return param.Query{}, usagef("%s", fault.From(err).Detail)
	}
	if f := req.Params.Format; f != format.Unknown && f != format.Auto {
		if err := checkAllowed(f, s.set); err != nil {
			return param.Query{}, err
		}
	}
	return query, nil
}

// explain tells what was signed, and for how many pictures the signature holds.
func (s signer) explain(canonical string, free param.Free) {
	fmt.Fprintf(s.told, "signed text: %s\n", canonical)
	for _, name := range free.Names() {
		fmt.Fprintf(s.told, "%s is free: %s\n", name, strings.Join(s.rules.Values(name), ", "))
	}
	if free == 0 {
		fmt.Fprintln(s.told, "pictures: 1, nothing is free")
		return
	}
	fmt.Fprintf(s.told, "pictures: %d of at most %d (IMAGEKIT_FREE_MAX)\n", s.rules.Pictures(free), s.rules.FreeMax)
}

// sorted brings names of parameters into the order in which free wants them.
func sorted(names string) string {
	list := strings.Split(names, ",")
	slices.Sort(list)
	return strings.Join(list, ",")
}

// refuseURL explains what to write instead of a URL: its own, or that of a request.
func refuseURL(text string) error {
	_, query, found := strings.Cut(text, "/img?")
	switch {
	case found && !strings.Contains(text[:len(text)-len(query)], "="):
		return usagef("sign wants the query alone, got a whole URL, want what follows \"?\" without sig: %s",
			opt.Quote(query))
	case source.Is(text):
		return usagef("sign wants a query, got a URL, want 'url=%s&w=640'", escapeValue.Replace(text))
	}
	return nil
}

// escapeValue percent-encodes what would end or change the value of a parameter.
var escapeValue = strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", ";", "%3B", "'", "%27", " ", "%20")
