package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = "0123456789abcdef0123456789abcdef" // 32 bytes

func TestSecretRule(t *testing.T) {
	const loopback, public = "127.0.0.1:8080", ":8080"
	tests := []struct {
		name, addr, secret, previous string
		warnings                     int
		want                         string // part of the error; "" = accepted
	}{
		{"good on loopback", loopback, good, "", 0, ""},
		{"good in public", public, good, "", 0, ""},
		{"rotated in public", public, good, good + "," + good, 0, ""},
		{"none on loopback", loopback, "", "", 1, ""},
		{"none on localhost", "localhost:8080", "", "", 1, ""},
		{"none on IPv6 loopback", "[::1]:8080", "", "", 1, ""},
		{"none on another loopback", "127.9.9.9:8080", "", "", 1, ""},
		{"none on all interfaces", public, "", "", 0, "IMAGEKIT_SECRET is not set"},
		{"none on 0.0.0.0", "0.0.0.0:8080", "", "", 0, "IMAGEKIT_SECRET is not set"},
		{"none on [::]", "[::]:8080", "", "", 0, "IMAGEKIT_SECRET is not set"},
		{"none on a private address", "10.0.0.1:8080", "", "", 0, "IMAGEKIT_SECRET is not set"},
		{"none on a name", "imagekit.internal:8080", "", "", 0, "IMAGEKIT_SECRET is not set"},
		{"31 bytes on loopback", loopback, good[1:], "", 1, ""},
		{"31 bytes in public", public, good[1:], "", 0, "IMAGEKIT_SECRET has 31 bytes, want at least 32"},
		{"built-in one given on loopback", loopback, builtinSecret, "", 1, ""},
		{"built-in one given in public", public, builtinSecret, "", 0, "IMAGEKIT_SECRET has 16 bytes"},
		{"space after the comma", public, good, good + ", " + good, 1, ""},
		{"short earlier one on loopback", loopback, good, "short", 1, ""},
		{"short earlier one in public", public, good, good + ",short", 0, "IMAGEKIT_SECRET_PREVIOUS: key 2 has 5 bytes"},
		{"empty earlier one", loopback, good, good + ",", 0, "IMAGEKIT_SECRET_PREVIOUS: key 2 of the comma list is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _, err := load(nil, texts{
				"IMAGEKIT_ADDR": tt.addr, "IMAGEKIT_SECRET": tt.secret,
				"IMAGEKIT_SECRET_PREVIOUS": tt.previous,
			})
			if err != nil {
				t.Fatal(err)
			}
			keys, warnings, err := s.Secrets()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if len(warnings) != tt.warnings {
				t.Errorf("warnings %q, want %d", warnings, tt.warnings)
			}
			if err == nil && (keys.Builtin != (tt.secret == "" || tt.secret == builtinSecret) || len(keys.Current) == 0) {
				t.Errorf("built in: %t, %d bytes", keys.Builtin, len(keys.Current))
			}
			if err != nil && len(keys.Current) != 0 {
				t.Error("an error comes with a key")
			}
		})
	}
}

// A proxy may stand before a Unix socket, and nobody knows what stands before a socket that was passed in.
func TestSocketsAreNotLoopback(t *testing.T) {
	for name, host := range map[string]Host{
		"unix:/run/imagekit.sock":     {Env: texts{"IMAGEKIT_ADDR": "unix:/run/imagekit.sock"}.get},
		"a socket that was passed in": {Env: texts{}.get, Inherited: true},
	} {
		s, _, err := Load(texts{}.get, host)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Secrets(); err == nil || !strings.Contains(err.Error(),
			"listening on "+name+", which others can reach") {
			t.Errorf("%s without a secret: %v", name, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	current := file("current", good+"\n")
	s, _, err := load(
		texts{"secret-file": current},
		texts{
			"IMAGEKIT_ADDR": ":8080", "IMAGEKIT_SECRET_PREVIOUS_FILE": file("previous", good+"2,"+good+"3\n"),
			"IMAGEKIT_SIGN_TOKEN_FILE": file("token", "open sesame\r\n"),
		})
	if err != nil {
		t.Fatal(err)
	}
	keys, warnings, err := s.Secrets()
	if err != nil || len(warnings) != 0 {
		t.Fatal(warnings, err)
	}
	if string(keys.Current) != good || len(keys.Previous) != 2 || string(keys.Previous[1]) != good+"3" ||
		keys.Token != "open sesame" {
		t.Errorf("got %q, %q, %q", keys.Current, keys.Previous, keys.Token)
	}

	file("current", good+"\n\n") // only one newline is dropped
	if keys, _, err := s.Secrets(); err != nil || string(keys.Current) != good+"\n" {
		t.Errorf("after a change: %q, %v", keys.Current, err)
	}
	file("previous", "\n") // the end of a rotation
	if keys, _, err := s.Secrets(); err != nil || len(keys.Previous) != 0 {
		t.Errorf("no earlier keys: got %q, %v", keys.Previous, err)
	}
	for content, want := range map[string]string{"\n": "not empty", "short": "--secret-file has 5 bytes"} {
		file("current", content)
		if _, _, err := s.Secrets(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("file of %q: %v, want %q", content, err, want)
		}
	}
}

// TestErrorsHideSecrets: what is wrong with a key is said without the key.
func TestErrorsHideSecrets(t *testing.T) {
	const key = "not quite long enough"
	s, _, err := load(nil, texts{"IMAGEKIT_ADDR": ":8080", "IMAGEKIT_SECRET": key, "IMAGEKIT_SECRET_PREVIOUS": key})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Secrets(); err == nil || strings.Contains(err.Error(), key) {
		t.Errorf("got %v", err)
	}
}

// Without a secret only local callers are served: IMAGEKIT_LOCAL=off would leave nobody.
func TestNobodyWouldBeServed(t *testing.T) {
	for secret, refused := range map[string]bool{"": true, builtinSecret: true, good: false} {
		s, _, err := load(nil, texts{"IMAGEKIT_SECRET": secret, "IMAGEKIT_LOCAL": "off"})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Secrets()
		if (err != nil) != refused || err != nil &&
			(!strings.Contains(err.Error(), "IMAGEKIT_SECRET") || !strings.Contains(err.Error(), "IMAGEKIT_LOCAL")) {
			t.Errorf("secret %q: %v", secret, err)
		}
	}
}
