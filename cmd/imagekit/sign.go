package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/urfave/cli/v3"

	"imagekit/internal/opt"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
)

func signCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "sign", Usage: "print a signed URL; needs the secret, but no server",
		UsageText: "imagekit sign [--base URL] [--free NAMES] ['url=...&w=...' | -]",
		Description: `The argument is the query of /img without sig; "imagekit sign --help parameters" lists the
parameters. Percent-encode the source URL if it contains "&", "+", "%" or "#". The signed URL is
printed on standard output.

With "-", or without an argument in a pipe, every line of standard input is a query, and its signed
URL is one line of output, in the same order. Lines that cannot be signed are reported on standard
error with their number; the others are signed, and the exit status is 1.

Use the settings of the server: a query that it would refuse is not signed. A server that others can
reach needs a secret of at least 32 bytes.

To try a move from another server: with --dialect imgproxy, thumbor or imagor, the argument or each
line is a path of that server without its signature. The keys are IMAGEKIT_IMGPROXY_KEY and so on.

Examples:

  imagekit sign 'url=https://example.com/photo.jpg&w=640&f=auto'
  IMAGEKIT_SECRET_FILE=secret imagekit sign --base https://img.example.com 'url=sample:photo&w=320'
  imagekit sign --base https://img.example.com <queries.txt >urls.txt
  imagekit sign --free w,f --explain 'url=https://example.com/photo.jpg&w=640'
  imagekit sign --dialect imgproxy /rs:fit:320:240/plain/https://example.com/photo.jpg
  printf 'url=https://example.com/photo.jpg&w=%d\n' 320 640 1280 | imagekit sign`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "dialect", Usage: "Sign a path of another server in place of a query: imgproxy, thumbor " +
				"or imagor.", Local: true},
			&cli.StringFlag{
				Name: "base", Usage: "Put this before the path, for example https://img.example.com.",
				Local: true,
			},
			&cli.StringFlag{
				Name: "free", Local: true,
				Usage: "Leave the values of these parameters out of the signature, for example w,f: then one signature " +
					"holds for all widths and formats that the server allows.",
			},
			&cli.BoolFlag{Name: "explain", Usage: "Say on standard error what was signed, and for how many pictures it holds.", Local: true},
		}, settings.Flags("addr", "secret-file", "widths", "qualities", "free-max", "presets", "presets-file", "only-presets", "imgproxy-key-file", "imgproxy-salt-file", "imgproxy-presets",
			"imgproxy-presets-file", "imgproxy-only-presets", "imgproxy-signature-size",
			"thumbor-key-file", "imagor-key-file", "imagor-signer", "allowed-formats", "default-format")...),
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
		if c.String("dialect") == "" { // its keys are others
			fmt.Fprintln(sys.err, "imagekit: warning:", w)
		}
	}
	signer := signer{base: base, set: s, rules: rules(s), keys: sign.New(secrets.Current), free: sorted(c.String("free"))}
	if c.Bool("explain") {
		signer.told = sys.err
	}
	if name := c.String("dialect"); name != "" {
		if signer.dialect, err = signing(name, s, secrets); err != nil {
			return err
		}
	}
	if text := c.Args().First(); text != "-" && !piped {
		signed, err := signer.sign(text)
		if err == nil {
			_, err = fmt.Fprintln(sys.out, signed)
		}
		return err
	}
	n, err := signer.signLines(ctx, sys)
	if err == nil && n == 0 && piped { // a script that forgot the argument, more likely than one that has nothing to sign
		return usagef("sign wants an argument 'url=...&w=...' or lines on standard input, got neither (see imagekit sign " +
			"--help)")
	}
	return err
}

// readBase checks what shall stand before the path.
func readBase(text string) (string, error) {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		strings.ContainsAny(text, "?#")) {
		return "", usagef("--base: got %s, want the beginning of a URL such as https://img.example.com", opt.Quote(text))
	}
	return strings.TrimSuffix(text, "/"), nil
}
