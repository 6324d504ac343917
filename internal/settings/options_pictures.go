package settings

import "imagekit/internal/opt"

// placeOptions say where sources may come from.
func (s *Settings) placeOptions() []opt.Option {
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
			Name: "IMAGEKIT_LOCAL_ROOT", To: &s.LocalRoot, DefaultDoc: "none", Example: "/srv/pictures",
			Doc: "Folder whose files are sources: `local:2024/a.jpg`, also written `/2024/a.jpg`. Regular files alone; no link leads out of " +
				"it. Not beside `IMAGEKIT_BASE_URL`.",
		},
	}
}

// sourceOptions say how they are got.
func (s *Settings) sourceOptions() []opt.Option {
	return []opt.Option{
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
			Name: "IMAGEKIT_WATERMARKS", To: &s.Watermarks, DefaultDoc: "none", Example: "/etc/imagekit/watermarks",
			Doc: "Folder of pictures that `wm` can name: `logo.png` is `wm=logo`. It is read at start.",
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
			Name: "IMAGEKIT_SOURCE_FORMATS", To: inputs(&s.SourceFormats), Default: "jpeg,png,webp,avif,gif,bmp,ico,pnm,qoi",
			Example: "jpeg,png,webp,avif,gif,tiff",
			Doc:     "Formats of sources that are read; TIFF is the one that has to be added. Files given to `imagekit transform` may have any.",
		},
		{
			Name: "IMAGEKIT_ALLOWED_FORMATS", To: formats(&s.AllowedFormats), Default: "jpeg,webp,avif,png,gif", Example: "jpeg,webp",
			Doc: "Output formats that requests may ask for.",
		},
		{
			Name: "IMAGEKIT_DEFAULT_FORMAT", To: &s.DefaultFormat, Default: "webp", Example: "auto",
			Doc: "Output format of requests without `f`: `auto` or one of `IMAGEKIT_ALLOWED_FORMATS`.",
		},
		{
			Name: "IMAGEKIT_MAX_PIXELS", To: &s.MaxPixels, Min: 1, Max: 1_000_000_000, Default: "50000000", Example: "100000000",
			Doc: "Largest source in pixels: width × height.",
		},
		{
			Name: "IMAGEKIT_MAX_FRAMES", To: &s.MaxFrames, Min: 1, Max: 10_000, Default: "1000", Example: "300",
			Doc: "Most pictures of an animation. Of one with more the first picture is sent, with the header `X-Animation: still; frames`, or 413 where `anim=1` asks for motion.",
		},
		{
			Name: "IMAGEKIT_MAX_FRAME_PIXELS", To: &s.MaxFramePixels, Min: 1, Max: 2_000_000_000, Default: "500000000", Example: "200000000",
			Doc: "Most pixels of an animation, all its pictures together, in the source and in the result: width × height × pictures. Beyond it as with `IMAGEKIT_MAX_FRAMES`, with `still; pixels`.",
		},
		{
			Name: "IMAGEKIT_MAX_OUTPUT_PIXELS", To: &s.MaxOutputPixels, Min: 1, Max: 1_000_000_000, Default: "25000000",
			Example: "4000000",
			Doc:     "Largest result in pixels: width × height.",
		},
	}
}
