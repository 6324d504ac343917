package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
	"imagekit/internal/source"
)

func signCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "sign", Usage: "print a signed URL; needs the secret, but no server",
		UsageText: "imagekit sign [--base URL] ['url=...&w=...' | -]",
		Description: `The argument is the query of /img without sig; "imagekit sign --help parameters" lists the
parameters. Percent-encode the source URL if it contains "&", "+", "%" or "#". The signed URL is
printed on standard output.

With "-", or without an argument in a pipe, every line of standard input is a query, and its signed
URL is one line of output, in the same order. Lines that cannot be signed are reported on standard
error with their number; the others are signed, and the exit status is 1.

Set what the server has set: a query that it would refuse is not signed, and a server that others
can reach needs a secret of at least 32 bytes.

Examples:

  imagekit sign 'url=https://example.com/photo.jpg&w=640&f=auto'
  IMAGEKIT_SECRET_FILE=secret imagekit sign --base https://img.example.com 'url=sample:photo&w=320'
  imagekit sign --base https://img.example.com <queries.txt >urls.txt
  printf 'url=https://example.com/photo.jpg&w=%d\n' 320 640 1280 | imagekit sign`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "Put this before the path, for example https://img.example.com.", Local: true},
		}, settings.Flags("addr", "secret-file", "allowed-formats", "default-format")...),
		Action: func(ctx context.Context, c *cli.Command) error { return printSigned(ctx, c, sys) },
	}
}

func printSigned(ctx context.Context, c *cli.Command, sys system) error {
	piped := c.Args().Len() == 0 && isPiped(sys.in)
	if args := c.Args().Slice(); len(args) != 1 && !piped {
		if len(args) > 1 && refuseURL(args[0]) != nil {
			return refuseURL(args[0])
		}
		return usagef("sign wants one argument 'url=...&w=...', got %d (see imagekit sign --help)", len(args))
	}
	base, err := readBase(c.String("base"))
	if err != nil {
		return err
	}
	s, secrets, warnings, err := loadWithSecrets(c, sys)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		fmt.Fprintln(sys.err, "imagekit: warning:", w)
	}
	signer := signer{base: base, set: s, keys: sign.New(secrets.Current)}
	if text := c.Args().First(); text != "-" && !piped {
		signed, err := signer.sign(text)
		if err == nil {
			_, err = fmt.Fprintln(sys.out, signed)
		}
		return err
	}
	n, err := signer.signLines(ctx, sys)
	if err == nil && n == 0 && piped { // a script that forgot the argument, more likely than one that has nothing to sign
		return usagef("sign wants an argument 'url=...&w=...' or lines on standard input, got neither (see imagekit sign --help)")
	}
	return err
}

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

// readBase checks what shall stand before the path.
func readBase(text string) (string, error) {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(text, "?#")) {
		return "", usagef("--base: got %s, want the beginning of a URL such as https://img.example.com", opt.Quote(text))
	}
	return strings.TrimSuffix(text, "/"), nil
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

// checkAllowed refuses an output format that the settings do not allow.
func checkAllowed(f format.Format, s *settings.Settings) error {
	if slices.Contains(s.AllowedFormats, f) {
		return nil
	}
	return usagef("f: got %s, want one of %v (IMAGEKIT_ALLOWED_FORMATS)", f, s.AllowedFormats)
}
