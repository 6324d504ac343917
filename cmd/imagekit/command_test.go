package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v3"

	"imagekit/internal/settings"
)

// TestHelp: every command says what it does, shows an example, names each of its flags and fits a terminal.
func TestHelp(t *testing.T) {
	root := root(nil, system{})
	for _, c := range slices.Concat(root.Commands, root.Command("cache").Commands, root.Command("completion").Commands,
		[]*cli.Command{root}) {
		t.Run(c.Name, func(t *testing.T) {
			text, _ := c.Metadata["help"].(string)
			for _, want := range []string{c.Name + " - " + c.Usage, "Usage: imagekit", "Example", "\n  "} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q", want)
				}
			}
			for _, f := range c.Flags {
				if strings.Count(text, "\n  --"+f.Names()[0]+placeholder(f)+"\n") != 1 {
					t.Errorf("--%s is not there once", f.Names()[0])
				}
			}
			for line := range strings.Lines(text) {
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
	for _, text := range []any{c.Metadata["help"], c.Command("serve").Metadata["help"]} {
		for _, f := range settings.Flags() {
			if env := f.(cli.DocGenerationFlag).GetEnvVars(); !strings.Contains(text.(string), "Environment: "+env[0]+".") &&
				!strings.Contains(strings.Join(strings.Fields(text.(string)), " "), "Environment: "+env[0]+".") {
				t.Errorf("no %s", env[0])
			}
		}
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
		{"not healthy", http.StatusServiceUnavailable, result{code: exitFailed, err: "answered 503 Service Unavailable, want 200"}},
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
