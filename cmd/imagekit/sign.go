package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"imagekit/internal/fault"
	"imagekit/internal/param"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
)

func signCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "sign", Usage: "print a signed URL; needs the secret, but no server",
		UsageText: `imagekit sign [--base URL] 'url=...&w=...'

The argument is the query of /img without sig. Percent-encode the source URL when it holds "&", "+", "%" or "#".

Examples:

   imagekit sign 'url=https://example.com/photo.jpg&w=640&f=auto'
   IMAGEKIT_SECRET_FILE=secret imagekit sign --base https://img.example.com 'url=sample:photo&w=320'`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "put this before the path, for example https://img.example.com"},
		}, settings.Flags()...),
		Action: func(_ context.Context, c *cli.Command) error { return printSigned(c, sys) },
	}
}

func printSigned(c *cli.Command, sys system) error {
	if c.Args().Len() != 1 {
		return usagef("sign wants one argument 'url=...&w=...', got %d (see imagekit sign --help)", c.Args().Len())
	}
	s, err := loadSettings(c, sys)
	if err != nil {
		return err
	}
	secrets, warnings, err := s.Secrets()
	if err != nil {
		return usageError{err}
	}
	for _, w := range warnings {
		fmt.Fprintln(sys.err, "imagekit: warning:", w)
	}
	query, err := param.Split(c.Args().First())
	if err == nil && query.Sig() != "" {
		err = fault.New(fault.BadParameter, "sig: want the request without it")
	}
	if err == nil {
		_, err = query.Request()
	}
	if err != nil {
		return usagef("%s", fault.From(err).Detail)
	}
	canonical := query.Canonical()
	signed := sign.URL(canonical, sign.New(secrets.Current, secrets.Previous...).Sign(canonical))
	fmt.Fprintln(sys.out, strings.TrimSuffix(c.String("base"), "/")+signed)
	return nil
}
