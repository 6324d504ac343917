package settings

import (
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

type texts map[string]string

func (t texts) get(name string) string { return t[name] }

// load loads on a small host.
func load(flags, env texts) (*Settings, []string, error) {
	return Load(flags.get, Host{Env: env.get, Memory: 4 * gib, CPUs: 2, Version: "1.2.3"})
}

func TestDefaults(t *testing.T) {
	got, warnings, err := load(nil, nil)
	if err != nil || len(warnings) != 0 {
		t.Fatal(warnings, err)
	}
	want := &Settings{
		Addr: "127.0.0.1:8080", Samples: true, Spelling: "accept",
		Addressing: Addressing{
			Widths: []int{
				32, 48, 64, 96, 128, 160, 256, 320, 384, 480, 640, 750, 828, 960, 1080, 1200, 1280, 1536, 1920, 2048, 2560, 3840,
			},
			Qualities: []int{30, 45, 60, 75, 80, 90}, FreeMax: 1000,
		},
		Foreign:      Foreign{ImgproxySignatureSize: 32, ImagorSigner: Signer{Hash: "sha1"}},
		AllowedPorts: []uint16{80, 443}, UserAgent: "ImageKit/1.2.3", MaxInputSize: 8 << 20,
		Fetches: 1024, FetchBytes: 256 << 20, FetchTimeout: 10 * time.Second, SourceCache: 48 << 20,
		SourceFormats: []format.Format{
			format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF, format.BMP, format.ICO, format.PNM, format.QOI,
		},
		AllowedFormats: []format.Format{
			format.JPEG, format.WebP, format.AVIF, format.PNG,
			format.GIF,
		}, DefaultFormat: format.WebP,
		MaxPixels: 50_000_000, MaxFrames: 1000, MaxFramePixels: 500_000_000, MaxOutputPixels: 25_000_000,
		Workers: 2, Sandbox: "auto", Queue: 64, Memory: 2 * gib, RequestTimeout: 30 * time.Second,
		CacheDir: "./cache", AnswerBytes: 256 << 20, MinReadRate: 8000, CORS: "*", RateLimit: 10, RateBurst: 30, RateLimitCount: "work", Log: slog.LevelInfo,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Settings{}),
		cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name       string
		flags, env texts
		want       string
	}{
		{"default", nil, nil, "./cache"},
		{"environment", nil, texts{"IMAGEKIT_CACHE_DIR": "/env"}, "/env"},
		{"flag", texts{"cache-dir": "/flag"}, nil, "/flag"},
		{"flag beats environment", texts{"cache-dir": "/flag"}, texts{"IMAGEKIT_CACHE_DIR": "/env"}, "/flag"},
		{"empty variable", nil, texts{"IMAGEKIT_CACHE_DIR": ""}, "./cache"},
		{"empty flag", texts{"cache-dir": ""}, texts{"IMAGEKIT_CACHE_DIR": "/env"}, "/env"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _, err := load(tt.flags, tt.env)
			if err != nil || s.CacheDir != tt.want {
				t.Errorf("got %q, %v, want %q", s.CacheDir, err, tt.want)
			}
		})
	}
}

// TestRows: each row is described, its default and its example are accepted, its variable and its flag set the same,
// and what is no value is refused under the name by which it was given.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range new(Settings).options() {
		t.Run(o.Name, func(t *testing.T) {
			name := flagName(o)
			if seen[o.Name] || name != "" && seen[name] || o.Doc == "" || o.DefaultText() == "" {
				t.Error("the name is there twice, or the doc or the default is missing")
			}
			seen[o.Name], seen[name] = true, true
			if o.Default != "" {
				if err := o.Parse(o.Default); err != nil {
					t.Errorf("default: %v", err)
				}
				if got := o.Encode(); got != "" {
					t.Errorf("the default is in normal form %q", got)
				}
			}
			if name == "" {
				return
			}
			byEnv, _, err := load(nil, texts{o.Name: o.Example})
			if err != nil {
				t.Fatalf("example: %v", err)
			}
			byFlag, _, err := load(texts{name: o.Example}, nil)
			if err != nil {
				t.Fatalf("example: %v", err)
			}
			ignore := cmpopts.IgnoreUnexported(Settings{})
			prefixes := cmp.Options{
				cmpopts.EquateComparable(netip.Prefix{}),
				cmp.Comparer(func(a, b param.Query) bool { return a.Canonical() == b.Canonical() }),
			}
			if diff := cmp.Diff(byEnv, byFlag, ignore, prefixes); diff != "" {
				t.Errorf("variable and flag differ: %s", diff)
			}
			plain, _, _ := load(nil, nil)
			if cmp.Equal(byEnv, plain, ignore, prefixes) && o.DefaultDoc == "" {
				t.Errorf("the example %q changes nothing", o.Example)
			}
			refuses(t, o, name)
		})
	}
}

func refuses(t *testing.T, o opt.Option, flag string) {
	t.Helper()
	if _, text := o.To.(*string); text {
		return
	}
	const bad = "ä b"
	for shown, given := range map[string][2]texts{
		o.Name:      {nil, {o.Name: bad}},
		"--" + flag: {{flag: bad}, nil},
	} {
		_, _, err := load(given[0], given[1])
		var e *opt.Error
		if !errors.As(err, &e) || e.Name != shown || e.Value != bad || e.Want == "" {
			t.Errorf("got %v, want an error of %s that names %q", err, shown, bad)
		}
	}
}

func TestAllMistakesAreReported(t *testing.T) {
	s, _, err := load(
		texts{"workers": "0", "secret-file": "/does/not/exist"},
		texts{"IMAGEKIT_MEMORY": "lots", "IMAGEKIT_TRUSTED_PROXIES": "10.0.0.0/8, nginx", "IMAGEKIT_DEFAULT_FORMAT": "tiff"})
	_, _, keyErr := s.Secrets()
	got := errors.Join(err, keyErr).Error()
	for _, want := range []string{
		`--workers: got "0", want a whole number 1…1024`,
		`IMAGEKIT_MEMORY: got "lots", want a size`,
		`IMAGEKIT_TRUSTED_PROXIES: got "nginx", want a comma list of networks`,
		`IMAGEKIT_DEFAULT_FORMAT: got "tiff", want one of auto, jpeg`,
		`--secret-file: open /does/not/exist`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 4 {
		t.Errorf("%d lines, want 5:\n%s", n+1, got)
	}
}

func TestContradictions(t *testing.T) {
	tests := []struct {
		name  string
		flags texts
		env   texts
		want  string // "" = accepted
	}{
		{
			"default format not allowed", nil,
			texts{"IMAGEKIT_ALLOWED_FORMATS": "jpeg,png"},
			`IMAGEKIT_DEFAULT_FORMAT: got "webp", want auto or one of IMAGEKIT_ALLOWED_FORMATS (jpeg,png)`,
		},
		{"auto is always allowed", texts{"default-format": "auto"}, texts{"IMAGEKIT_ALLOWED_FORMATS": "png"}, ""},
		{"alias", texts{"default-format": "jpg", "allowed-formats": "jpg, png"}, nil, ""},
		{
			"downloads smaller than a source",
			texts{"max-input-size": "300MiB"},
			nil,
			`IMAGEKIT_FETCH_BYTES: got "256MiB", want at least --max-input-size (300MiB)`,
		},
		{
			"secret and file", nil,
			texts{"IMAGEKIT_SECRET": "x", "IMAGEKIT_SECRET_FILE": "y"},
			"IMAGEKIT_SECRET and IMAGEKIT_SECRET_FILE are both set",
		},
		{
			"token and file by flag",
			texts{"sign-token-file": "y"},
			texts{"IMAGEKIT_SIGN_TOKEN": "x"},
			"IMAGEKIT_SIGN_TOKEN and --sign-token-file are both set",
		},
		{"secret and empty file", nil, texts{"IMAGEKIT_SECRET": "x", "IMAGEKIT_SECRET_FILE": ""}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := load(tt.flags, tt.env)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestComputedDefaults(t *testing.T) {
	tests := []struct {
		name string
		env  texts
		host Host
		ok   func(*Settings) bool
	}{
		{"samples off elsewhere", texts{"IMAGEKIT_ADDR": ":8080"}, Host{}, func(s *Settings) bool { return !s.Samples }},
		{
			"samples on elsewhere",
			texts{"IMAGEKIT_ADDR": ":8080", "IMAGEKIT_SAMPLES": "1"},
			Host{},
			func(s *Settings) bool { return s.Samples },
		},
		{"no samples on a passed socket", texts{}, Host{Inherited: true}, func(s *Settings) bool { return !s.Samples }},
		{"samples off on loopback", texts{"IMAGEKIT_SAMPLES": "off"}, Host{}, func(s *Settings) bool { return !s.Samples }},
		{"text on a terminal", nil, Host{Terminal: true}, func(s *Settings) bool { return s.LogText }},
		{
			"JSON on a terminal",
			texts{"IMAGEKIT_LOG_FORMAT": "json"},
			Host{Terminal: true},
			func(s *Settings) bool { return !s.LogText },
		},
		{"text elsewhere", texts{"IMAGEKIT_LOG_FORMAT": "text"}, Host{}, func(s *Settings) bool { return s.LogText }},
		{"unknown host", nil, Host{}, func(s *Settings) bool { return s.Memory == fallbackMemory && s.Workers == 1 }},
		{
			"RUST_LOG",
			texts{"RUST_LOG": "imagekit=debug,tower_http=info"},
			Host{},
			func(s *Settings) bool { return s.Log == slog.LevelDebug },
		},
		{
			"RUST_LOG behind an empty IMAGEKIT_LOG",
			texts{"RUST_LOG": "warn", "IMAGEKIT_LOG": ""},
			Host{},
			func(s *Settings) bool { return s.Log == slog.LevelWarn },
		},
		{
			"IMAGEKIT_LOG beats RUST_LOG",
			texts{"RUST_LOG": "debug", "IMAGEKIT_LOG": "error"},
			Host{},
			func(s *Settings) bool { return s.Log == slog.LevelError },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.host.Env = tt.env.get
			s, warnings, err := Load(texts(nil).get, tt.host)
			if err != nil || len(warnings) != 0 || !tt.ok(s) {
				t.Errorf("got %+v, %v, %v", s, warnings, err)
			}
		})
	}
}

func TestRustLevel(t *testing.T) {
	tests := []struct {
		text     string
		want     slog.Level
		warnings int
	}{
		{"", slog.LevelInfo, 0},
		{"debug", slog.LevelDebug, 0},
		{"TRACE", slog.LevelDebug, 0},
		{"off", slog.LevelError, 0},
		{"imagekit=warn", slog.LevelWarn, 0},
		{"imagekit=debug,tower_http=info", slog.LevelDebug, 0},
		{"imagekit=warn,debug", slog.LevelWarn, 0},
		{"debug,imagekit=warn", slog.LevelWarn, 0},
		{"tower_http=debug", slog.LevelInfo, 0},
		{"imagekit", slog.LevelDebug, 0},
		{" error , ", slog.LevelError, 0},
		{"junk", slog.LevelInfo, 1},
		{"imagekit=loud,warn", slog.LevelWarn, 1},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, warnings := rustLevel(slog.LevelInfo, tt.text)
			if got != tt.want || len(warnings) != tt.warnings {
				t.Errorf("got %v, %q, want %v and %d warnings", got, warnings, tt.want, tt.warnings)
			}
		})
	}
}
