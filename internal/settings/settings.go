// Package settings holds what an operator can set. One table drives the flags, the environment, --help and the
// reference page: a new setting is one row and the field it sets.
package settings

import (
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"imagekit/internal/format"
	"imagekit/internal/opt"
)

// Settings are the values in force. Sizes are bytes.
type Settings struct {
	Addr         string
	AdminAddr    string // "" = none
	DrainDelay   time.Duration
	PublicUpload bool   // anybody may upload
	LocalOff     bool   // nobody is trusted for calling from this machine
	Spelling     string // accept, redirect or refuse
	Samples      bool   // the sample: sources are available

	// as given in the environment; read them with Secrets
	Secret, SecretPrevious, SignToken, PurgeToken                 Secret
	SecretFile, SecretPreviousFile, SignTokenFile, PurgeTokenFile string

	Addressing
	Foreign

	LocalRoot       string   // folder of local: sources; "" = none
	AllowedHosts    []string // patterns; empty = any public host
	AllowedNetworks []netip.Prefix
	AllowedPorts    []uint16
	UserAgent       string
	MaxInputSize    int64
	Fetches         int // concurrent downloads
	FetchBytes      int64
	FetchTimeout    time.Duration
	SourceCache     int64  // 0 = off
	TraceOrigins    bool   // they get the trace context
	Watermarks      string // folder, "" = none

	SourceFormats   []format.Format
	AllowedFormats  []format.Format
	DefaultFormat   format.Format // one of AllowedFormats, or format.Auto
	MaxPixels       int           // width × height of a source
	MaxFrames       int           // pictures of a source that moves in the result
	MaxFramePixels  int           // of all of them together
	MaxOutputPixels int           // width × height of a result

	Workers        int
	Sandbox        string // auto, require or off
	Queue          int    // jobs that may wait for a worker
	Memory         int64
	RequestTimeout time.Duration

	CacheDir     string
	CacheSize    int64  // 0 = not set: the store knows its default
	CacheMinFree int64  // the same
	Results      string // where instances share results, "" = nowhere

	MaxAge      time.Duration // how long a result may be kept; 0 = for ever
	AnswerBytes int64         // of pictures on their way to clients
	MinReadRate int64         // bytes a second

	CDNMaxAge string // value of CDN-Cache-Control, "" = none
	CacheTags bool   // pictures carry a tag of their source
	CORS      string // origin that may read pictures, "" = none

	TrustedProxies   []netip.Prefix
	RateLimit        int // requests per second and client
	RateBurst        int
	RateLimitCount   string // work, all or misses
	DisableRateLimit bool

	Log     slog.Level
	LogText bool // text instead of JSON

	inherited bool              // see Host
	named     map[string]string // option → the name it was given by, a flag or a variable; only what was given
}

// options lists every setting in the order people should read about them. Each group stands in a file options_*.go.
func (s *Settings) options() []opt.Option {
	var all []opt.Option
	for _, group := range []struct {
		name    string
		options []opt.Option
	}{
		{"Server", s.serverOptions()},
		{"Secrets", s.secretOptions()},
		{"Addresses", s.addressOptions()},
		{"Sources", slices.Concat(s.placeOptions(), s.sourceOptions())},
		{"Pictures", s.pictureOptions()},
		{"Work", s.workOptions()},
		{"Cache", s.cacheOptions()},
		{"Answers", s.answerOptions()},
		{"Clients", s.clientOptions()},
		{"Logs", s.logOptions()},
		{"Dialects", slices.Concat(s.dialectOptions(), s.imgproxyOptions(), s.thumborOptions())},
	} {
		for _, o := range group.options {
			o.Group = group.name
			all = append(all, o)
		}
	}
	return all
}

// flagName returns the flag of an option: IMAGEKIT_CACHE_DIR is --cache-dir. Secrets have none, because every
// user of the machine can read a process's arguments.
func flagName(o opt.Option) string {
	if _, secret := o.To.(*Secret); secret {
		return ""
	}
	name := strings.TrimPrefix(o.Name, "IMAGEKIT_")
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}
