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
)

func signCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "sign", Usage: "print a signed URL; needs the secret, but no server",
		UsageText: "imagekit sign [--base URL] 'url=...&w=...'",
		Description: `The argument is the query of /img without sig. Percent-encode the source URL when it holds "&",
"+", "%" or "#". Standard output gets the URL and nothing else.

The server's settings hold here too: what it would refuse is not signed, and a server that others
can reach needs a secret of at least 32 bytes.

Examples:

  imagekit sign 'url=https://example.com/photo.jpg&w=640&f=auto'
  IMAGEKIT_SECRET_FILE=secret imagekit sign --base https://img.example.com 'url=sample:photo&w=320'`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "Put this before the path, for example https://img.example.com.", Local: true},
		}, settings.Flags("addr", "secret-file", "allowed-formats", "default-format")...),
		Action: func(_ context.Context, c *cli.Command) error { return printSigned(c, sys) },
	}
}

func printSigned(c *cli.Command, sys system) error {
	if c.Args().Len() != 1 {
		return usagef("sign wants one argument 'url=...&w=...', got %d (see imagekit sign --help)", c.Args().Len())
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
	canonical, err := readSignable(c.Args().First(), s)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(sys.out, base+sign.URL(canonical, sign.New(secrets.Current).Sign(canonical)))
	return err
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
	query, err := param.Split(text)
	if err != nil {
		return "", usagef("%s", fault.From(err).Detail)
	}
	if query.Sig() != "" {
		return "", usagef("sig: sign makes the signature, want the query without it")
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

// checkAllowed refuses an output format that the settings do not allow.
func checkAllowed(f format.Format, s *settings.Settings) error {
	if slices.Contains(s.AllowedFormats, f) {
		return nil
	}
	return usagef("f: got %s, want one of %v (IMAGEKIT_ALLOWED_FORMATS)", f, s.AllowedFormats)
}
