//go:build unix

package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v3"

	"imagekit/internal/param"
	"imagekit/internal/settings"
)

// TestHelp: every command says what it does, shows an example, names each of its flags and fits a screen.
func TestHelp(t *testing.T) {
	root := root(nil, system{})
	for _, c := range slices.Concat(root.Commands, root.Command("cache").Commands, root.Command("completion").Commands,
		[]*cli.Command{root}) {
		t.Run(c.Name, func(t *testing.T) {
			text, _ := c.Metadata[metaHelp].(string)
			for _, want := range []string{c.Name + " - " + c.Usage, "Usage: imagekit", "Example", "\n  "} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q", want)
				}
			}
			full := c.Metadata[topicSettings].(string)
			for _, f := range c.Flags {
				if strings.Count(full, "\n  --"+f.Names()[0]+placeholder(f)+"\n") != 1 {
					t.Errorf("--%s is not explained once", f.Names()[0])
				}
				if !strings.Contains(text, " --"+f.Names()[0]) {
					t.Errorf("--%s is not named", f.Names()[0])
				}
			}
			if lines := strings.Count(text, "\n"); lines > helpLines {
				t.Errorf("%d lines, want at most %d", lines, helpLines)
			}
			for line := range strings.Lines(text + full) {
				if utf8.RuneCountInString(line) > helpWidth+len("\n") && !strings.HasPrefix(line, "  ") {
					t.Errorf("too long: %s", line)
				}
			}
			if strings.Contains(text, "`") {
				t.Error("Markdown")
			}
		})
	}
}

// TestHelpListsEverySetting: what the table has is in the help of serve and of the root, with its variable.
func TestHelpListsEverySetting(t *testing.T) {
	c := root(nil, system{})
	for _, text := range []any{c.Metadata[topicSettings], c.Command("serve").Metadata[topicSettings]} {
		for _, f := range settings.Flags() {
			if env := f.(cli.DocGenerationFlag).GetEnvVars(); !strings.Contains(text.(string), "Environment: "+env[0]+".") &&
				!strings.Contains(strings.Join(strings.Fields(text.(string)), " "), "Environment: "+env[0]+".") {
				t.Errorf("no %s", env[0])
			}
		}
	}
}

// TestHelpOnParameters: all of the table, in the lines of a screen as wide as the rest.
func TestHelpOnParameters(t *testing.T) {
	text := askedHelp(root(nil, system{}), []string{"--help", topicParameters})
	for _, o := range new(param.Request).Options() {
		if strings.Count(text, "\n  "+o.Name+" ") != 1 {
			t.Errorf("%s is not there once", o.Name)
		}
	}
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(line) > helpWidth+len("\n") {
			t.Errorf("too long: %s", line)
		}
	}
	if strings.Contains(text, "`") {
		t.Error("Markdown")
	}
}

// TestVersionIsTheNewestRelease: the changelog and the program name the same one.
func TestVersionIsTheNewestRelease(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	release := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$`).FindSubmatch(text)
	if release == nil || string(release[1]) != version {
		t.Errorf("the newest release in CHANGELOG.md is %q, the program calls itself %s", release, version)
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"one line", "12345 789", []string{"12345 789"}},
		{"two lines", "12345 7890 a", []string{"12345 7890", "a"}},
		{"break", "12345 78901", []string{"12345", "78901"}},
		{"long word", "a 123456789012 b", []string{"a", "123456789012", "b"}},
		{"characters, not bytes", "ääääää üüü", []string{"ääääää üüü"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := slices.Collect(wrap(tt.text, 10)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "[::]:80": "127.0.0.1:80",
		"[::1]:80": "[::1]:80", "10.1.2.3:80": "10.1.2.3:80", "localhost:80": "localhost:80", "[::ffff:0.0.0.0]:80": "127.0.0.1:80",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

func TestHealthcheck(t *testing.T) {
	tests := []struct {
		name   string
		status int
		want   result
	}{
		{"healthy", http.StatusOK, result{code: exitOK}},
		{
			"not healthy", http.StatusServiceUnavailable,
			result{code: exitFailed, err: "answered 503 Service Unavailable, want 200"},
		},
		{"moved", http.StatusFound, result{code: exitFailed, err: "answered 302 Found, want 200"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/health" {
					t.Errorf("asked for %s %s", r.Method, r.URL)
				}
				w.Header().Set("Location", "/health")
				w.WriteHeader(tt.status)
			}))
			defer server.Close()
			_, port, err := net.SplitHostPort(server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			got := call(t.Context(), "healthcheck", "--addr", "0.0.0.0:"+port)
			if got.code != tt.want.code || got.out != "" || !strings.Contains(got.err, tt.want.err) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
