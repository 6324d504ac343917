package settings

import "imagekit/internal/opt"

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
			Doc: "A second address that answers `/metrics`, `/stats/cache`, `/health` and `/ready` for everybody who can " +
				"reach it, and `/cache` and `/cache/purge` for those with a token. At `IMAGEKIT_ADDR` the first two need " +
				"the sign token or a local caller (`IMAGEKIT_LOCAL`). A socket named " +
				"`admin` passed by systemd replaces this address.",
		},
		{
			Name: "IMAGEKIT_DRAIN_DELAY", To: (*delay)(&s.DrainDelay), Default: "0s", Example: "5s",
			Doc: "After SIGTERM: how long `/ready` answers 503 while new connections are still accepted, so that load " +
				"balancers notice.",
		},
		{
			Name: "IMAGEKIT_PUBLIC_UPLOAD", To: (*toggle)(&s.PublicUpload), Default: "0", Example: "1",
			Doc: "Opens `/upload` to everybody, not only to local callers and callers with the sign token. A watermark " +
				"from a URL is for those alone even then: nobody else may make this server fetch.",
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
			Doc: "Bearer token that lets every caller who sends it use `/sign`, `/source`, `/upload`, `/metrics`, " +
				"`/stats/cache`, `/cache` and `/cache/purge`.",
		},
		{
			Name: "IMAGEKIT_SIGN_TOKEN_FILE", To: &s.SignTokenFile, DefaultDoc: "none", Example: "/run/secrets/imagekit-token",
			Doc: "File with the sign token, instead of `IMAGEKIT_SIGN_TOKEN`.",
		},
		{
			Name: "IMAGEKIT_PURGE_TOKEN", To: &s.PurgeToken, DefaultDoc: "none",
			Doc: "Bearer token that opens only `DELETE /cache` and `POST /cache/purge`: for a CMS that must not sign. " +
				"These two need a token from every caller, local ones too.",
		},
		{
			Name: "IMAGEKIT_PURGE_TOKEN_FILE", To: &s.PurgeTokenFile, DefaultDoc: "none", Example: "/run/secrets/imagekit-purge",
			Doc: "File with the purge token, instead of `IMAGEKIT_PURGE_TOKEN`.",
		},
		{
			Name: "IMAGEKIT_LOCAL", To: choice{&s.LocalOff, "auto", "off"}, Default: "auto", Example: "off",
			Doc: "`auto` gives callers on the same machine the rights of the sign token. Such a caller comes from a " +
				"loopback address, names a loopback host, sends no header of a proxy, is no page of another site and, on " +
				"Linux, runs as the server's own user or as root. `off` asks everybody for the token: choose it if a proxy " +
				"runs as that user or as root.",
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
			Name: "IMAGEKIT_LOG_FORMAT", To: choice{
				&s.LogText, "json",
				"text",
			}, DefaultDoc: "`text` on a terminal, else `json`",
			Example: "json",
			Doc:     "Format of log lines.",
		},
	}
}
