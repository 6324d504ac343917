package settings

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"imagekit/internal/format"
)

// valueTests say what each kind of value accepts, in which normal form, and what it refuses.
var valueTests = []struct {
	name    string
	value   flag.Value
	accepts map[string]string // text → normal text
	refuses string            // separated by spaces
}{
	{
		"size", new(size),
		map[string]string{
			"1": "1", "1048576": "1MiB", "8MiB": "8MiB", "10GB": "10GB", "1024KiB": "1MiB", "1000": "1KB", "2TiB": "2TiB",
			"9223372036854775807": "9223372036854775807",
		},
		"0 -1 +1 1.5GiB 8M 8mib 8_000 MiB 1e6 0x10 9223372036854775808 8388608TiB 0MiB",
	},
	{"size or none", new(sizeOrNone), map[string]string{"0": "0", "1": "1", "64MiB": "64MiB"}, "00 0MiB -1 none off"},
	{"duration", new(duration), map[string]string{"30s": "30s", "90s": "1m30s", "500ms": "500ms"}, "30 0s -1s soon 1d"},
	{"delay", new(delay), map[string]string{"0s": "0s", "5s": "5s", "1m": "1m0s"}, "5 -1s soon 1d"},
	{
		"origin", new(origin),
		map[string]string{
			"*": "*", "off": "off", "https://a.example": "https://a.example",
			"http://a:8080": "http://a:8080",
		},
		"a.example https:// https://a.example/ https://a.example/x ftp://a null https://u@a",
	},
	{
		"age", new(age),
		map[string]string{
			"7d": "7d", "12h": "12h0m0s", "24h": "1d", "1d12h": "36h0m0s", "90s": "1m30s",
			"106750d": "106750d",
		},
		"7 0d 0 d -1d 1.5d 1d-5h 1w soon 106752d 106750d99999999h 99999999999d",
	},
	{
		"address", new(address),
		map[string]string{
			":8080": ":8080", "127.0.0.1:0": "127.0.0.1:0", "[::1]:80": "[::1]:80", "localhost:80": "localhost:80",
			"unix:/run/x.sock": "unix:/run/x.sock",
		},
		"8080 127.0.0.1 ::1:80 a:b a:65536 a:-1 http://a:80 unix: unix:x.sock /run/x.sock unix:/" +
			strings.Repeat("x", maxPath),
	},
	{
		"toggle", new(toggle),
		map[string]string{"1": "1", "on": "1", "true": "1", "0": "0", "off": "0", "false": "0"},
		"2 yes TRUE",
	},
	{
		"level", new(level),
		map[string]string{"debug": "debug", "info": "info", "warn": "warn", "error": "error"},
		"trace INFO warn+1",
	},
	{
		"networks", networks(new([]netip.Prefix)),
		map[string]string{
			"10.0.0.0/8": "10.0.0.0/8", "10.1.2.3": "10.1.2.3/32", "fd00::/8, ::1": "fd00::/8,::1/128",
			"0.0.0.0/0": "0.0.0.0/0",
		},
		"10.0.0.1/8 10/8 10.0.0.0/33 example.com fe80::1%eth0 10.0.0.0/8, ,",
	},
	{
		"proxies", proxies(new([]netip.Prefix)),
		map[string]string{"unix": "unix", "10.0.0.0/8, unix": "10.0.0.0/8,unix"},
		"UNIX unix: /run/x.sock 10/8",
	},
	{
		"ports", ports(new([]uint16)),
		map[string]string{"80": "80", "80, 443": "80,443", "65535": "65535"},
		"0 65536 http 80, -1 80-90",
	},
	{"formats", formats(new([]format.Format)), map[string]string{"jpg,webp": "jpeg,webp"}, "auto tiff jpeg, JPEG"},
	{
		"hosts", hosts(new([]string)),
		map[string]string{
			"Example.com": "example.com", "*.example.com, cdn.example.": "*.example.com,cdn.example", "192.0.2.1": "192.0.2.1",
			"[2001:DB8::1]": "2001:db8::1", "my_bucket.example": "my_bucket.example",
		},
		"* *. a.*.b http://a a:80 a/b bücher.example a..b a,",
	},
}

func TestValues(t *testing.T) {
	for _, tt := range valueTests {
		t.Run(tt.name, func(t *testing.T) {
			for text, normal := range tt.accepts {
				if err := tt.value.Set(text); err != nil {
					t.Errorf("Set(%q): %v", text, err)
				} else if got := tt.value.String(); got != normal {
					t.Errorf("Set(%q) is %q, want %q", text, got, normal)
				}
				if err := tt.value.Set(normal); err != nil || tt.value.String() != normal {
					t.Errorf("%q is not its own normal form: %q, %v", normal, tt.value, err)
				}
			}
			before := tt.value.String()
			for text := range strings.FieldsSeq(tt.refuses) {
				if err := tt.value.Set(text); err == nil {
					t.Errorf("Set(%q) is accepted as %q", text, tt.value)
				}
			}
			if got := tt.value.String(); got != before {
				t.Errorf("a refused text changed the value from %q to %q", before, got)
			}
		})
	}
}

// TestSecretIsNotPrinted: neither fmt nor an encoder shows a secret, also not within Settings.
func TestSecretIsNotPrinted(t *testing.T) {
	const key = "a key that nobody may read in a log"
	s, _, err := load(nil, texts{"IMAGEKIT_SECRET": key, "IMAGEKIT_SECRET_PREVIOUS": key, "IMAGEKIT_SIGN_TOKEN": key})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", s, *s, s, s.Secret, s.Secret), string(encoded)} {
		if strings.Contains(text, key) {
			t.Errorf("printed: %s", text)
		}
	}
}

func FuzzSize(f *testing.F) {
	for _, text := range []string{"1", "8MiB", "10GB", "1048576", "0", "9223372036854775807", "8388608TiB", "-1KB"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s size
		if s.Set(text) != nil {
			return
		}
		var again size
		if err := again.Set(s.String()); err != nil || again != s || s <= 0 {
			t.Errorf("%q is %d, written %q, read %d (%v)", text, int64(s), s.String(), int64(again), err)
		}
	})
}
