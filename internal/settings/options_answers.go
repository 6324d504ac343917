package settings

import "imagekit/internal/opt"

func (s *Settings) answerOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_MAX_AGE", To: (*duration)(&s.MaxAge), DefaultDoc: "no limit: browsers and CDNs are told one " +
				"year and `immutable`",
			Example: "24h",
			Doc:     "How long a picture may be kept, here, by CDNs and by browsers, before its source is looked at again.",
		},
		{
			Name: "IMAGEKIT_CDN_CACHE_CONTROL", To: (*headerText)(&s.CDNMaxAge), DefaultDoc: "none", Example: "max-age=31536000",
			Doc: "Value of the header CDN-Cache-Control for pictures whose URL does not expire: instructions for CDNs that " +
				"browsers ignore.",
		},
		{
			Name: "IMAGEKIT_CACHE_TAGS", To: (*toggle)(&s.CacheTags), Default: "0", Example: "1",
			Doc: "Adds the headers `Surrogate-Key` and `Cache-Tag` to pictures, so that a CDN can purge all results of a " +
				"source. Their value is the first 16 digits of the SHA-256 of the source's URL.",
		},
		{
			Name: "IMAGEKIT_ANSWER_BYTES", To: (*size)(&s.AnswerBytes), Default: "256MiB", Example: "1GiB",
			Doc: "Memory for answers on their way to clients; one client may use a quarter. An answer of up to 64 KiB is " +
				"not counted, a large picture from the cache counts as 128 KiB. When all of it is used, the answer is 503; " +
				"when one client has used its quarter, 429.",
		},
		{
			Name: "IMAGEKIT_MIN_READ_RATE", To: (*size)(&s.MinReadRate), Default: "8KB", Example: "32KB",
			Doc: "Slowest speed, in bytes per second, at which a client may read a picture larger than 64 KiB: the average " +
				"over 256 KiB, with ten seconds to spare. A slower client is cut off.",
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
			Name: "IMAGEKIT_RATE_LIMIT_COUNT", To: word{
				&s.RateLimitCount,
				[]string{"work", "all", "misses"},
			}, Default: "work", Example: "misses",
			Doc: "Which requests to `/img` the rate limit counts. `work`: a new picture or an error counts as one request, " +
				"a cached picture as a twentieth. `all`: each counts as one. `misses`: only new pictures count. `/sign`, " +
				"`/source` and `/upload` always count as one.",
		},
		{
			Name: "DISABLE_RATE_LIMIT", To: (*toggle)(&s.DisableRateLimit), Default: "0", Example: "1",
			Doc: "Turns the rate limit off.",
		},
	}
}
