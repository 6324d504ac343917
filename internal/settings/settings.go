// Package settings holds what an operator can set. One table drives the flags, the environment, --help and the
// reference page: a new setting is one row and the field it sets.
package settings

import (
	"log/slog"
	"net/netip"
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
	PublicUpload bool // anybody may upload
	LocalOff     bool // nobody is trusted for calling from this machine
	Samples      bool // the sample: sources are available

	Secret, SecretPrevious, SignToken             Secret // as given in the environment; read them with Secrets
	SecretFile, SecretPreviousFile, SignTokenFile string

	AllowedHosts    []string // patterns; empty = any public host
	AllowedNetworks []netip.Prefix
	AllowedPorts    []uint16
	UserAgent       string
	MaxInputSize    int64
	Fetches         int // concurrent downloads
	FetchBytes      int64
	FetchTimeout    time.Duration
	SourceCache     int64 // 0 = off
	TraceOrigins    bool  // they get the trace context

	AllowedFormats  []format.Format
	DefaultFormat   format.Format // one of AllowedFormats, or format.Auto
	MaxPixels       int           // width × height × decoded frames of a source
	MaxOutputPixels int           // width × height of a result

	Workers        int
	Sandbox        string // auto, require or off
	Queue          int    // jobs that may wait for a worker
	Memory         int64
	RequestTimeout time.Duration

	CacheDir     string
	CacheSize    int64 // 0 = not set: the store knows its default
	CacheMinFree int64 // the same

	MaxAge      time.Duration // how long a result may be kept; 0 = for ever
	AnswerBytes int64         // of pictures on their way to clients
	MinReadRate int64         // bytes a second

	CDNMaxAge string // value of CDN-Cache-Control, "" = none
	CORS      string // origin that may read pictures, "" = none

	TrustedProxies   []netip.Prefix
	RateLimit        int // requests per second and client
	RateBurst        int
	RateLimitMisses  bool // only requests that are not cached count
	DisableRateLimit bool

	Log     slog.Level
	LogText bool // text instead of JSON

	inherited bool              // see Host
	named     map[string]string // option → the name it was given by, a flag or a variable; only what was given
}

// options lists every setting in the order people should read about them.
func (s *Settings) options() []opt.Option {
	var all []opt.Option
	for _, group := range []struct {
		name    string
		options []opt.Option
	}{
		{"Server", s.serverOptions()},
		{"Secrets", s.secretOptions()},
		{"Sources", s.sourceOptions()},
		{"Pictures", s.pictureOptions()},
		{"Work", s.workOptions()},
		{"Cache", s.cacheOptions()},
		{"Answers", s.answerOptions()},
		{"Clients", s.clientOptions()},
		{"Logs", s.logOptions()},
	} {
		for _, o := range group.options {
			o.Group = group.name
			all = append(all, o)
		}
	}
	return all
}

func (s *Settings) serverOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_ADDR", To: (*address)(&s.Addr), Default: "127.0.0.1:8080", Example: ":8080",
			Doc: "Where to listen. Without a host, on all interfaces; `unix:/path` is a Unix socket for owner and group, say of a " +
				"proxy. Sockets that systemd passes in (`LISTEN_FDS`) take its place. Both count as reachable by others.",
		},
		{
			Name: "IMAGEKIT_ADMIN_ADDR", To: (*address)(&s.AdminAddr), DefaultDoc: "none", Example: "127.0.0.1:8081",
			Doc: "A second address that answers `/metrics`, `/stats/cache`, `/health` and `/ready` to whoever reaches it. " +
				"At `IMAGEKIT_ADDR` the first two need the sign token or a local caller (`IMAGEKIT_LOCAL`). A passed socket named " +
				"`admin` takes its place.",
		},
		{
			Name: "IMAGEKIT_DRAIN_DELAY", To: (*delay)(&s.DrainDelay), Default: "0s", Example: "5s",
			Doc: "After SIGTERM, how long `/ready` says 503 while connections are still accepted, so that load balancers notice.",
		},
		{
			Name: "IMAGEKIT_PUBLIC_UPLOAD", To: (*toggle)(&s.PublicUpload), Default: "0", Example: "1",
			Doc: "Lets anybody use `/upload`, not only local callers and those with the sign token.",
		},
		{
			Name: "IMAGEKIT_SAMPLES", To: (*toggle)(&s.Samples), DefaultDoc: "on while listening on loopback", Example: "1",
			Doc: "Makes the built-in pictures `sample:NAME` available.",
		},
	}
}

func (s *Settings) secretOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_SECRET", To: &s.Secret, DefaultDoc: "`" + builtinSecret + "`, only while listening on loopback",
			Doc: "The key of the signatures: at least 32 bytes, unless listening on loopback.",
		},
		{
			Name: "IMAGEKIT_SECRET_FILE", To: &s.SecretFile, DefaultDoc: "none", Example: "/run/secrets/imagekit",
			Doc: "File that holds the secret, instead of `IMAGEKIT_SECRET`. One final newline is dropped. Read at start and on SIGHUP.",
		},
		{
			Name: "IMAGEKIT_SECRET_PREVIOUS", To: &s.SecretPrevious, DefaultDoc: "none",
			Doc: "Earlier secrets, a comma list: still accepted, never used to sign.",
		},
		{
			Name: "IMAGEKIT_SECRET_PREVIOUS_FILE", To: &s.SecretPreviousFile, DefaultDoc: "none",
			Example: "/run/secrets/imagekit-previous",
			Doc:     "File that holds the earlier secrets, instead of `IMAGEKIT_SECRET_PREVIOUS`.",
		},
		{
			Name: "IMAGEKIT_SIGN_TOKEN", To: &s.SignToken, DefaultDoc: "none",
			Doc: "Bearer token that opens `/sign`, `/source`, `/upload`, `/metrics` and `/stats/cache` to everybody who sends it.",
		},
		{
			Name: "IMAGEKIT_SIGN_TOKEN_FILE", To: &s.SignTokenFile, DefaultDoc: "none", Example: "/run/secrets/imagekit-token",
			Doc: "File that holds the sign token, instead of `IMAGEKIT_SIGN_TOKEN`.",
		},
		{
			Name: "IMAGEKIT_LOCAL", To: choice{&s.LocalOff, "auto", "off"}, Default: "auto", Example: "off",
			Doc: "`auto` opens what the sign token opens also to callers on the same machine: a loopback address, a loopback name as " +
				"Host, no header of a proxy, no page of another site, and, on Linux, a connection that the server's own user or root " +
				"has made. `off` opens it to the token alone: where a proxy may run as that user or as root.",
		},
	}
}

func (s *Settings) sourceOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_ALLOWED_HOSTS", To: hosts(&s.AllowedHosts), DefaultDoc: "any public host",
			Example: "example.com,*.example.com",
			Doc:     "Hosts that may be fetched from. `*.example.com` is every host below example.com, not example.com itself.",
		},
		{
			Name: "IMAGEKIT_ALLOWED_NETWORKS", To: networks(&s.AllowedNetworks), DefaultDoc: "none", Example: "10.1.0.0/16",
			Doc: "Networks that may be fetched from although they are private, on any port. A cloud's metadata address has to be " +
				"listed alone. `64:ff9b::/96` lets hosts without IPv4 reach it through NAT64.",
		},
		{
			Name: "IMAGEKIT_ALLOWED_PORTS", To: ports(&s.AllowedPorts), Default: "80,443", Example: "80,443,9000",
			Doc: "Ports that may be fetched from, outside `IMAGEKIT_ALLOWED_NETWORKS`.",
		},
		{
			Name: "IMAGEKIT_USER_AGENT", To: (*headerText)(&s.UserAgent), DefaultDoc: "`ImageKit/VERSION`",
			Example: "ImageKit (ops@example.com)",
			Doc:     "User-Agent sent to origins.",
		},
		{
			Name: "IMAGEKIT_MAX_INPUT_SIZE", To: (*size)(&s.MaxInputSize), Default: "8MiB", Example: "32MiB",
			Doc: "Largest source, fetched or uploaded.",
		},
		{
			Name: "IMAGEKIT_FETCHES", To: &s.Fetches, Min: 1, Max: 10_000, Default: "1024", Example: "128",
			Doc: "Downloads that run at once, those whose origin does not answer included. One host gets three quarters of them.",
		},
		{
			Name: "IMAGEKIT_FETCH_BYTES", To: (*size)(&s.FetchBytes), Default: "256MiB", Example: "1GiB",
			Doc: "Bytes of all running downloads together, and as many of all uploads; at least `IMAGEKIT_MAX_INPUT_SIZE`. " +
				"One host gets three quarters of them.",
		},
		{
			Name: "IMAGEKIT_FETCH_TIMEOUT", To: (*duration)(&s.FetchTimeout), Default: "10s", Example: "5s",
			Doc: "Time for one download, from the first look-up to the last byte; an origin may take all of it before it says anything.",
		},
		{
			Name: "IMAGEKIT_SOURCE_CACHE", To: (*sizeOrNone)(&s.SourceCache), Default: "48MiB", Example: "256MiB",
			Doc: "Memory for sources, so that the sizes of one page cost one download. A source is kept as long as its origin " +
				"calls it fresh (`Cache-Control`, `Expires`), one minute when it does not say, and five minutes at most; one " +
				"larger than a quarter of this is not kept. `v` always brings a fresh one.",
		},
		{
			Name: "IMAGEKIT_TRACE_ORIGINS", To: (*toggle)(&s.TraceOrigins), Default: "0", Example: "1",
			Doc: "Sends the trace context (`traceparent`) to origins while tracing is on: for origins of your own.",
		},
	}
}

func (s *Settings) pictureOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_ALLOWED_FORMATS", To: formats(&s.AllowedFormats), Default: "jpeg,webp,avif,png", Example: "jpeg,webp",
			Doc: "Formats that may be asked for.",
		},
		{
			Name: "IMAGEKIT_DEFAULT_FORMAT", To: &s.DefaultFormat, Default: "webp", Example: "auto",
			Doc: "Format when `f` is absent: `auto` or one of `IMAGEKIT_ALLOWED_FORMATS`.",
		},
		{
			Name: "IMAGEKIT_MAX_PIXELS", To: &s.MaxPixels, Min: 1, Max: 1_000_000_000, Default: "50000000", Example: "100000000",
			Doc: "Largest source in pixels: width × height × frames that are decoded.",
		},
		{
			Name: "IMAGEKIT_MAX_OUTPUT_PIXELS", To: &s.MaxOutputPixels, Min: 1, Max: 1_000_000_000, Default: "25000000",
			Example: "4000000",
			Doc:     "Largest result in pixels: width × height.",
		},
	}
}

func (s *Settings) workOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_WORKERS", To: &s.Workers, Min: 1, Max: 1024, DefaultDoc: "number of CPUs", Example: "4",
			Doc: "Processes that decode and encode, one picture at a time each.",
		},
		{
			Name: "IMAGEKIT_SANDBOX", To: word{&s.Sandbox, []string{"auto", "require", "off"}}, Default: "auto", Example: "require",
			Doc: "`auto` takes files, sockets, processes and capabilities away from workers as far as the kernel can (Landlock, " +
				"seccomp), and warns of what is missing; `require` does not start then; `off` leaves only the resource limits, to " +
				"trace a codec. `imagekit sandbox` shows what holds.",
		},
		{
			Name: "IMAGEKIT_QUEUE", To: &s.Queue, Min: 1, Max: 100_000, Default: "64", Example: "256",
			Doc: "Pictures that may wait for a worker. Beyond it the answer is 503.",
		},
		{
			Name: "IMAGEKIT_MEMORY", To: (*size)(&s.Memory), DefaultDoc: "half of the RAM or of the cgroup's limit", Example: "2GiB",
			Doc: "Memory that all running pictures may need together, by estimate. A picture above it alone is refused.",
		},
		{
			Name: "IMAGEKIT_REQUEST_TIMEOUT", To: (*duration)(&s.RequestTimeout), Default: "30s", Example: "15s",
			Doc: "Time for making one picture: waiting, downloading, decoding and encoding. Beyond it the answer is 504.",
		},
	}
}

func (s *Settings) cacheOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_CACHE_DIR", To: &s.CacheDir, Default: "./cache", Example: "/var/cache/imagekit",
			Doc: "Directory of the cache; made when it is missing.",
		},
		{
			Name: "IMAGEKIT_CACHE_SIZE", To: (*size)(&s.CacheSize), DefaultDoc: "the smaller of 10GiB and half of the free space",
			Example: "50GiB",
			Doc:     "Upper bound of the cache on disk, kept by removing what was not used for longest.",
		},
		{
			Name: "IMAGEKIT_CACHE_MIN_FREE", To: (*size)(&s.CacheMinFree), DefaultDoc: "the smaller of 1GiB and 5 % of the disk",
			Example: "5GiB",
			Doc: "Space on the cache's disk that stays free. When others take it, the cache gives way; when they take more, results " +
				"are served uncached until there is space again. Of the disk's inodes 5 % stay free.",
		},
	}
}

func (s *Settings) answerOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_MAX_AGE", To: (*duration)(&s.MaxAge), DefaultDoc: "for ever: browsers and CDNs are told one year and `immutable`",
			Example: "24h",
			Doc:     "How long a picture may be kept, here, by CDNs and by browsers, before its source is looked at again.",
		},
		{
			Name: "IMAGEKIT_CDN_CACHE_CONTROL", To: (*headerText)(&s.CDNMaxAge), DefaultDoc: "none", Example: "max-age=31536000",
			Doc: "CDN-Cache-Control sent with pictures whose URL does not expire: what a CDN shall do that browsers shall not.",
		},
		{
			Name: "IMAGEKIT_ANSWER_BYTES", To: (*size)(&s.AnswerBytes), Default: "256MiB", Example: "1GiB",
			Doc: "Memory for pictures on their way to clients; one client gets a quarter. A picture of up to 64 KiB is not counted, " +
				"a large one from the cache counts 128 KiB. Beyond it the answer is 503, for one client 429.",
		},
		{
			Name: "IMAGEKIT_MIN_READ_RATE", To: (*size)(&s.MinReadRate), Default: "8KB", Example: "32KB",
			Doc: "Bytes per second that a client has to read of a picture larger than 64 KiB, on average over 256 KiB and with ten seconds to " +
				"spare. A slower one is cut off.",
		},
		{
			Name: "IMAGEKIT_CORS", To: (*origin)(&s.CORS), Default: "*", Example: "https://shop.example.com",
			Doc: "Whose pages may read pictures and their timings by script (Access-Control-Allow-Origin): `*`, one origin, or `off`.",
		},
	}
}

func (s *Settings) clientOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_TRUSTED_PROXIES", To: proxies(&s.TrustedProxies), DefaultDoc: "none", Example: "127.0.0.1/32,::1/128",
			Doc: "Proxies whose `X-Forwarded-For` is believed; `unix` are those that connect by a Unix socket. Behind a proxy that is not listed, all clients share one rate limit.",
		},
		{
			Name: "IMAGEKIT_RATE_LIMIT", To: &s.RateLimit, Min: 1, Max: 1_000_000, Default: "10", Example: "50",
			Doc: "Requests per second and client: an IPv4 address or an IPv6 /64.",
		},
		{
			Name: "IMAGEKIT_RATE_BURST", To: &s.RateBurst, Min: 1, Max: 1_000_000, Default: "30", Example: "100",
			Doc: "Requests a client may make at once.",
		},
		{
			Name: "IMAGEKIT_RATE_LIMIT_COUNT", To: choice{&s.RateLimitMisses, "all", "misses"}, Default: "all", Example: "misses",
			Doc: "What counts of `/img`: all requests, or only those that have to be worked on. `/sign` and `/upload` always count.",
		},
		{
			Name: "DISABLE_RATE_LIMIT", To: (*toggle)(&s.DisableRateLimit), Default: "0", Example: "1",
			Doc: "Switches the rate limit off.",
		},
	}
}

func (s *Settings) logOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_LOG", To: (*level)(&s.Log), Default: "info", Example: "debug",
			Doc: "Least level that is logged. When it is unset, `RUST_LOG` is read: `imagekit=debug` wins over a bare level, " +
				"`trace` means debug, `off` means error, other targets are ignored.",
		},
		{
			Name: "IMAGEKIT_LOG_FORMAT", To: choice{&s.LogText, "json", "text"}, DefaultDoc: "`text` on a terminal, else `json`",
			Example: "json",
			Doc:     "How log lines are written.",
		},
	}
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
