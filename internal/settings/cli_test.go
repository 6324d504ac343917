package settings

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"imagekit/internal/testkit/golden"
)

// TestDocs keeps docs/settings.md in step with the table.
func TestDocs(t *testing.T) {
	golden.Document(t, filepath.Join("..", "..", "docs", "settings.md"), Reference(), "the table")
}

// run runs a command line of a program with one subcommand and returns what it loaded and printed.
func run(t *testing.T, env texts, args ...string) (*Settings, string, error) {
	t.Helper()
	var s *Settings
	var out bytes.Buffer
	action := func(_ context.Context, c *cli.Command) (err error) {
		s, _, err = FromCommand(c, Host{Env: env.get})
		return err
	}
	root := &cli.Command{
		Name: "imagekit", Writer: &out, ErrWriter: &out, Action: action, Flags: Flags(),
		Commands: []*cli.Command{{Name: "serve", Action: action, Flags: Flags()}},
	}
	err := root.Run(t.Context(), append([]string{"imagekit"}, args...))
	return s, out.String(), err
}

func TestFlags(t *testing.T) {
	env := texts{"IMAGEKIT_CACHE_DIR": "/env", "IMAGEKIT_QUEUE": "7"}
	tests := []struct {
		name, args string
		ok         func(*Settings) bool
	}{
		{"environment", "", func(s *Settings) bool { return s.CacheDir == "/env" && s.Queue == 7 }},
		{"flag", "--cache-dir /flag", func(s *Settings) bool { return s.CacheDir == "/flag" && s.Queue == 7 }},
		{"after the command", "serve --cache-dir=/flag", func(s *Settings) bool { return s.CacheDir == "/flag" }},
		{"before the command", "--cache-dir /flag serve", func(s *Settings) bool { return s.CacheDir == "/flag" }},
		{"on both sides", "--cache-dir /a serve --cache-dir /b", func(s *Settings) bool { return s.CacheDir == "/b" }},
		{"switch", "serve --public-upload --addr :1", func(s *Settings) bool { return s.PublicUpload && s.Addr == ":1" }},
		{"switch off", "serve --samples=false", func(s *Settings) bool { return !s.Samples }},
		{"switch off in other words", "serve --samples=off", func(s *Settings) bool { return !s.Samples }},
		{"without the prefix", "--disable-rate-limit", func(s *Settings) bool { return s.DisableRateLimit }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, out, err := run(t, env, strings.Fields(tt.args)...)
			if err != nil || !tt.ok(s) {
				t.Errorf("got %+v, %v\n%s", s, err, out)
			}
		})
	}
}

func TestSecretsHaveNoFlag(t *testing.T) {
	for _, arg := range []string{"--secret=x", "--secret-previous=x", "--sign-token=x"} {
		if _, _, err := run(t, nil, arg); err == nil {
			t.Errorf("%s is accepted", arg)
		}
	}
}

// TestFlagsAreLocal: a command takes its own flags only, and of the settings those it names.
func TestFlagsAreLocal(t *testing.T) {
	some := &cli.Command{
		Name: "some", Flags: Flags("workers", "addr"),
		Action: func(context.Context, *cli.Command) error { return nil },
	}
	for arg, ok := range map[string]bool{"--addr=:1": true, "--workers=2": true, "--queue=2": false} {
		root := &cli.Command{
			Name: "imagekit", Writer: io.Discard, ErrWriter: io.Discard, Flags: Flags(),
			Commands: []*cli.Command{some},
		}
		if err := root.Run(t.Context(), []string{"imagekit", "some", arg}); (err == nil) != ok {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

// TestSwitchIsReadByItsRow: what is wrong with a switch is said in the words of the table.
func TestSwitchIsReadByItsRow(t *testing.T) {
	_, _, err := run(t, nil, "--samples=maybe", "--workers=0")
	for _, want := range []string{`--samples: got "maybe", want 1 or 0`, `--workers: got "0"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestUnknownFlagNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("accepted")
		}
	}()
	Flags("addr", "no-such-flag")
}

// TestHelp: --help shows every flag with its variable, its default and its words, without Markdown.
func TestHelp(t *testing.T) {
	_, out, err := run(t, nil, "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range new(Settings).options() {
		name := flagName(o)
		if name == "" {
			continue
		}
		i := strings.Index(out, "--"+name+" ")
		if i < 0 {
			t.Errorf("no --%s", name)
			continue
		}
		line, _, _ := strings.Cut(out[i:], "\n")
		if !strings.Contains(line, plainText(o.Doc)) || !strings.Contains(line, "[$"+o.Name+"]") ||
			!strings.Contains(line, plainText(o.DefaultText())) {
			t.Errorf("--%s: %s", name, line)
		}
	}
}
