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
	PublicUpload bool   // anybody may upload
	LocalOff     bool   // nobody is trusted for calling from this machine
	Spelling     string // accept, redirect or refuse
	Samples      bool   // the sample: sources are available

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
	RateLimitCount   string // work, all or misses
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
			Doc: "Address to listen on. Without a host it listens on all interfaces. `unix:/path` is a Unix socket that its " +
				"owner and group can use, for example a proxy. Sockets passed by systemd (`LISTEN_FDS`) replace this " +
				"address. Both kinds count as reachable by others.",
		},
		{
			Name: "IMAGEKIT_ADMIN_ADDR", To: (*address)(&s.AdminAddr), DefaultDoc: "none", Example: "127.0.0.1:8081",
			Doc: "A second address that answers `/metrics`, `/stats/cache`, `/health` and `/ready` for everybody who can reach it. " +
				"At `IMAGEKIT_ADDR` the first two need the sign token or a local caller (`IMAGEKIT_LOCAL`). A socket named " +
				"`admin` passed by systemd replaces this address.",
		},
		{
			Name: "IMAGEKIT_DRAIN_DELAY", To: (*delay)(&s.DrainDelay), Default: "0s", Example: "5s",
			Doc: "After SIGTERM: how long `/ready` answers 503 while new connections are still accepted, so that load " +
				"balancers notice.",
		},
		{
			Name: "IMAGEKIT_PUBLIC_UPLOAD", To: (*toggle)(&s.PublicUpload), Default: "0", Example: "1",
			Doc: "Opens `/upload` to everybody, not only to local callers and callers with the sign token.",
		},
		{
			Name: "IMAGEKIT_SAMPLES", To: (*toggle)(&s.Samples), DefaultDoc: "on while listening on loopback", Example: "1",
			Doc: "Serves the built-in pictures `sample:NAME`.",
		},
	}
}

func (s *Settings) secretOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_SECRET", To: &s.Secret, DefaultDoc: "`" + builtinSecret + "`, only while listening on loopback",
			Doc: "Key for signatures. It needs at least 32 bytes unless the server listens on loopback.",
		},
		{
			Name: "IMAGEKIT_SECRET_FILE", To: &s.SecretFile, DefaultDoc: "none", Example: "/run/secrets/imagekit",
			Doc: "File with the secret, instead of `IMAGEKIT_SECRET`. One newline at its end is ignored. Read at start and " +
				"on SIGHUP.",
		},
		{
			Name: "IMAGEKIT_SECRET_PREVIOUS", To: &s.SecretPrevious, DefaultDoc: "none",
			Doc: "Earlier secrets, separated by commas. URLs signed with them still work; nothing new is signed with them.",
		},
		{
			Name: "IMAGEKIT_SECRET_PREVIOUS_FILE", To: &s.SecretPreviousFile, DefaultDoc: "none",
			Example: "/run/secrets/imagekit-previous",
			Doc:     "File with the earlier secrets, instead of `IMAGEKIT_SECRET_PREVIOUS`.",
		},
		{
			Name: "IMAGEKIT_SIGN_TOKEN", To: &s.SignToken, DefaultDoc: "none",
			Doc: "Bearer token that lets every caller who sends it use `/sign`, `/source`, `/upload`, `/metrics` and `/stats/cache`.",
		},
		{
			Name: "IMAGEKIT_SIGN_TOKEN_FILE", To: &s.SignTokenFile, DefaultDoc: "none", Example: "/run/secrets/imagekit-token",
			Doc: "File with the sign token, instead of `IMAGEKIT_SIGN_TOKEN`.",
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
			Doc: "Hosts that sources may come from. `*.example.com` means every host below example.com, but not example.com " +
				"itself.",
		},
		{
			Name: "IMAGEKIT_ALLOWED_NETWORKS", To: networks(&s.AllowedNetworks), DefaultDoc: "none", Example: "10.1.0.0/16",
			Doc: "Private networks that sources may come from, on any port. The metadata address of a cloud is allowed only " +
				"if it is listed by itself. `64:ff9b::/96` lets a machine without IPv4 use NAT64.",
		},
		{
			Name: "IMAGEKIT_ALLOWED_PORTS", To: ports(&s.AllowedPorts), Default: "80,443", Example: "80,443,9000",
			Doc: "Ports that sources may come from. Inside `IMAGEKIT_ALLOWED_NETWORKS` every port is allowed.",
		},
		{
			Name: "IMAGEKIT_USER_AGENT", To: (*headerText)(&s.UserAgent), DefaultDoc: "`ImageKit/VERSION`",
			Example: "ImageKit (ops@example.com)",
			Doc:     "User-Agent header sent to origins.",
		},
		{
			Name: "IMAGEKIT_MAX_INPUT_SIZE", To: (*size)(&s.MaxInputSize), Default: "8MiB", Example: "32MiB",
			Doc: "Largest source in bytes, downloaded or uploaded.",
		},
		{
			Name: "IMAGEKIT_FETCHES", To: &s.Fetches, Min: 1, Max: 10_000, Default: "1024", Example: "128",
			Doc: "Downloads at the same time, including those that still wait for their origin. One host may use three " +
				"quarters of them.",
		},
		{
			Name: "IMAGEKIT_FETCH_BYTES", To: (*size)(&s.FetchBytes), Default: "256MiB", Example: "1GiB",
			Doc: "Memory for all downloads that are running, and the same again for uploads; at least " +
				"`IMAGEKIT_MAX_INPUT_SIZE`. One host may use three quarters of it.",
		},
		{
			Name: "IMAGEKIT_FETCH_TIMEOUT", To: (*duration)(&s.FetchTimeout), Default: "10s", Example: "5s",
			Doc: "Time limit for one download, from the DNS lookup to the last byte. An origin may use all of it before it answers.",
		},
		{
			Name: "IMAGEKIT_SOURCE_CACHE", To: (*sizeOrNone)(&s.SourceCache), Default: "48MiB", Example: "256MiB",
			Doc: "Memory that keeps sources, so that all sizes of a picture need only one download. A source is kept as " +
				"long as its origin calls it fresh (`Cache-Control`, `Expires`): one minute if the origin does not say, " +
				"five minutes at most. A source larger than a quarter of this memory is not kept. A new `v` always " +
				"downloads again.",
		},
		{
			Name: "IMAGEKIT_TRACE_ORIGINS", To: (*toggle)(&s.TraceOrigins), Default: "0", Example: "1",
			Doc: "Sends the trace context (`traceparent`) to origins while tracing is on. Useful if the origins are yours.",
		},
	}
}

func (s *Settings) pictureOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_ALLOWED_FORMATS", To: formats(&s.AllowedFormats), Default: "jpeg,webp,avif,png", Example: "jpeg,webp",
			Doc: "Output formats that requests may ask for.",
		},
		{
			Name: "IMAGEKIT_DEFAULT_FORMAT", To: &s.DefaultFormat, Default: "webp", Example: "auto",
			Doc: "Output format of requests without `f`: `auto` or one of `IMAGEKIT_ALLOWED_FORMATS`.",
		},
		{
			Name: "IMAGEKIT_MAX_PIXELS", To: &s.MaxPixels, Min: 1, Max: 1_000_000_000, Default: "50000000", Example: "100000000",
			Doc: "Largest source in pixels: width × height × decoded frames.",
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
			Doc: "Number of worker processes. Each decodes and encodes one picture at a time.",
		},
		{
			Name: "IMAGEKIT_SANDBOX", To: word{&s.Sandbox, []string{"auto", "require", "off"}}, Default: "auto", Example: "require",
			Doc: "Confinement of the workers (Landlock, seccomp). `auto` blocks files, sockets, processes and capabilities " +
				"as far as the kernel can, and warns about what it cannot. `require` refuses to start if anything is " +
				"missing. `off` leaves only the resource limits, for tracing a codec. `imagekit sandbox` shows what is " +
				"blocked.",
		},
		{
			Name: "IMAGEKIT_QUEUE", To: &s.Queue, Min: 1, Max: 100_000, Default: "64", Example: "256",
			Doc: "Pictures that may wait for a worker. When the queue is full, the answer is 503.",
		},
		{
			Name: "IMAGEKIT_MEMORY", To: (*size)(&s.Memory), DefaultDoc: "half of the RAM or of the cgroup's limit", Example: "2GiB",
			Doc: "Memory for all pictures in work, by estimate. A picture that needs more than this by itself is refused.",
		},
		{
			Name: "IMAGEKIT_REQUEST_TIMEOUT", To: (*duration)(&s.RequestTimeout), Default: "30s", Example: "15s",
			Doc: "Time limit for one picture: waiting, downloading, decoding and encoding. After that the answer is 504.",
		},
	}
}

func (s *Settings) cacheOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_CACHE_DIR", To: &s.CacheDir,
			DefaultDoc: "`./cache`; on Windows `%LOCALAPPDATA%\\imagekit`, on macOS `~/Library/Caches/imagekit`", Example: "/var/cache/imagekit",
			Doc: "Directory of the cache. It is created if it is missing.",
		},
		{
			Name: "IMAGEKIT_CACHE_SIZE", To: (*size)(&s.CacheSize), DefaultDoc: "the smaller of 10GiB and half of the free space",
			Example: "50GiB",
			Doc:     "Largest size of the cache on disk. The results that were unused for longest are removed first.",
		},
		{
			Name: "IMAGEKIT_CACHE_MIN_FREE", To: (*size)(&s.CacheMinFree), DefaultDoc: "the smaller of 1GiB and 5 % of the disk",
			Example: "5GiB",
			Doc: "Space on the disk of the cache that stays free for others. If it gets scarce, the cache shrinks; if that " +
				"is not enough, results are served without being stored. 5 % of the inodes stay free, too.",
		},
	}
}

func (s *Settings) answerOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_MAX_AGE", To: (*duration)(&s.MaxAge), DefaultDoc: "no limit: browsers and CDNs are told one year and `immutable`",
			Example: "24h",
			Doc:     "How long a picture may be kept, here, by CDNs and by browsers, before its source is looked at again.",
		},
		{
			Name: "IMAGEKIT_CDN_CACHE_CONTROL", To: (*headerText)(&s.CDNMaxAge), DefaultDoc: "none", Example: "max-age=31536000",
			Doc: "Value of the header CDN-Cache-Control for pictures whose URL does not expire: instructions for CDNs that " +
				"browsers ignore.",
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
			Name: "IMAGEKIT_SPELLING", To: word{&s.Spelling, []string{"accept", "redirect", "refuse"}}, Default: "accept", Example: "redirect",
			Doc: "What happens to a signed URL that is not spelled as `/sign` and `imagekit sign` do. To a CDN every spelling is another " +
				"picture, so that one signature could make it miss for ever: behind one, `redirect` answers 308 to the one spelling, " +
				"`refuse` 400. A CDN that sorts or re-encodes queries must not do so then.",
		},
		{
			Name: "IMAGEKIT_CORS", To: (*origin)(&s.CORS), Default: "*", Example: "https://shop.example.com",
			Doc: "Websites whose scripts may read pictures and their timings (Access-Control-Allow-Origin): `*`, one " +
				"origin, or `off`.",
		},
	}
}

func (s *Settings) clientOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_TRUSTED_PROXIES", To: proxies(&s.TrustedProxies), DefaultDoc: "none", Example: "127.0.0.1/32,::1/128",
			Doc: "Proxies whose `X-Forwarded-For` header is trusted. `unix` means proxies that connect through a Unix " +
				"socket. All clients behind a proxy that is not listed share one rate limit.",
		},
		{
			Name: "IMAGEKIT_RATE_LIMIT", To: &s.RateLimit, Min: 1, Max: 1_000_000, Default: "10", Example: "50",
			Doc: "Requests per second and client: an IPv4 address or an IPv6 /64.",
		},
		{
			Name: "IMAGEKIT_RATE_BURST", To: &s.RateBurst, Min: 1, Max: 1_000_000, Default: "30", Example: "100",
			Doc: "Requests that a client may send at once before the rate applies.",
		},
		{
			Name: "IMAGEKIT_RATE_LIMIT_COUNT", To: word{&s.RateLimitCount, []string{"work", "all", "misses"}}, Default: "work", Example: "misses",
			Doc: "What counts of `/img`. `work`: what costs work, so pictures to be made and errors count one request, those in the " +
				"cache a twentieth. `all`: everything counts one. `misses`: only pictures to be made do. `/sign`, `/source` and " +
				"`/upload` always count one.",
		},
		{
			Name: "DISABLE_RATE_LIMIT", To: (*toggle)(&s.DisableRateLimit), Default: "0", Example: "1",
			Doc: "Turns the rate limit off.",
		},
	}
}

func (s *Settings) logOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_LOG", To: (*level)(&s.Log), Default: "info", Example: "debug",
			Doc: "Lowest level that is logged. If it is not set, `RUST_LOG` is used: `imagekit=debug` takes precedence over " +
				"a bare level, `trace` means debug, `off` means error, and other targets are ignored.",
		},
		{
			Name: "IMAGEKIT_LOG_FORMAT", To: choice{&s.LogText, "json", "text"}, DefaultDoc: "`text` on a terminal, else `json`",
			Example: "json",
			Doc:     "Format of log lines.",
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
