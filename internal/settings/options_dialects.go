package settings

import "imagekit/internal/opt"

func (s *Settings) dialectOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_DIALECTS", To: dialects(&s.Dialects), DefaultDoc: "none", Example: "imgproxy",
			Doc: "Other image servers whose URLs are answered too; docs/moving.md tells how to move from them. " +
				"`imgproxy@img.example.com` answers them at one " +
				"host alone, `imgproxy:/ip` below one path.",
		},
		{
			Name: "IMAGEKIT_DIALECTS_UNSIGNED", To: (*toggle)(&s.DialectsUnsigned), Default: "0", Example: "1",
			Doc: "Answers URLs of other servers without a signature, whatever they ask for: those of `cloudflare` and " +
				"`next` never have one. Needs `IMAGEKIT_ALLOWED_HOSTS`. A signature that is there still has to be right.",
		},
		{
			Name: "IMAGEKIT_BASE_URL", To: (*baseURL)(&s.BaseURL), DefaultDoc: "none: such sources are refused", Example: "https://www.example.com",
			Doc: "What sources without a host lie below: `url=/a.jpg`, and those in URLs of other servers. Its host has to be " +
				"among those that are allowed.",
		},
	}
}

func (s *Settings) thumborOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_THUMBOR_KEY", To: &s.ThumborKey, DefaultDoc: "none: signed URLs of thumbor are refused",
			Doc: "thumbor's `SECURITY_KEY`.",
		},
		{
			Name: "IMAGEKIT_THUMBOR_KEY_FILE", To: &s.ThumborKeyFile, DefaultDoc: "none", Example: "/run/secrets/thumbor-key",
			Doc: "File with the key, instead of `IMAGEKIT_THUMBOR_KEY`.",
		},
		{
			Name: "IMAGEKIT_THUMBOR_AUTO", To: (*toggle)(&s.ThumborAuto), Default: "0", Example: "1",
			Doc: "thumbor's `AUTO_WEBP`: a URL that names no format gets the best one that the browser accepts. Without " +
				"it JPEG and PNG stay what they are, and others become one of the two.",
		},
		{
			Name: "IMAGEKIT_IMAGOR_KEY", To: &s.ImagorKey, DefaultDoc: "none: signed URLs of imagor are refused",
			Doc: "`IMAGOR_SECRET`.",
		},
		{
			Name: "IMAGEKIT_IMAGOR_KEY_FILE", To: &s.ImagorKeyFile, DefaultDoc: "none", Example: "/run/secrets/imagor-key",
			Doc: "File with the key, instead of `IMAGEKIT_IMAGOR_KEY`.",
		},
		{
			Name: "IMAGEKIT_IMAGOR_SIGNER", To: &s.ImagorSigner, Default: "sha1", Example: "sha256:40",
			Doc: "`IMAGOR_SIGNER_TYPE` and, behind a colon, `IMAGOR_SIGNER_TRUNCATE`.",
		},
		{
			Name: "IMAGEKIT_IMAGOR_AUTO", To: (*toggle)(&s.ImagorAuto), Default: "0", Example: "1",
			Doc: "`IMAGOR_AUTO_WEBP` and `IMAGOR_AUTO_AVIF`: as `IMAGEKIT_THUMBOR_AUTO`.",
		},
	}
}

func (s *Settings) imgproxyOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_IMGPROXY_KEY", To: &s.ImgproxyKey, DefaultDoc: "none: signed URLs of imgproxy are refused",
			Doc: "`IMGPROXY_KEY`: hexadecimal, several separated by commas.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_KEY_FILE", To: &s.ImgproxyKeyFile, DefaultDoc: "none", Example: "/run/secrets/imgproxy-key",
			Doc: "File with the key, instead of `IMAGEKIT_IMGPROXY_KEY`.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_SALT", To: &s.ImgproxySalt, DefaultDoc: "none",
			Doc: "`IMGPROXY_SALT`: hexadecimal, one for each key, in the same order.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_SALT_FILE", To: &s.ImgproxySaltFile, DefaultDoc: "none", Example: "/run/secrets/imgproxy-salt",
			Doc: "File with the salt, instead of `IMAGEKIT_IMGPROXY_SALT`.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_SIGNATURE_SIZE", To: &s.ImgproxySignatureSize, Min: 5, Max: 32, Default: "32", Example: "8",
			Doc: "`IMGPROXY_SIGNATURE_SIZE`: bytes of the signature that stand in a URL.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_PRESETS", To: &s.ImgproxyPresets, DefaultDoc: "none", Example: "default=rs:fill/q:70,thumb=w:200",
			Doc: "`IMGPROXY_PRESETS`, as imgproxy has them.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_PRESETS_FILE", To: &s.ImgproxyPresetsFile, DefaultDoc: "none", Example: "presets.txt",
			Doc: "File with presets of imgproxy, one in a line, instead of `IMAGEKIT_IMGPROXY_PRESETS`.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_ONLY_PRESETS", To: (*toggle)(&s.ImgproxyOnlyPresets), Default: "0", Example: "1",
			Doc: "`IMGPROXY_ONLY_PRESETS`: URLs hold names of presets in place of options.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_AUTO", To: (*toggle)(&s.ImgproxyAuto), Default: "0", Example: "1",
			Doc: "`IMGPROXY_AUTO_WEBP` and `IMGPROXY_AUTO_AVIF`: a URL that names no format gets the best one that the " +
				"browser accepts. Without it JPEG and PNG stay what they are, and others become one of the two.",
		},
		{
			Name: "IMAGEKIT_IMGPROXY_FILE_NAMES", To: (*toggle)(&s.ImgproxyFileNames), Default: "0", Example: "1",
			Doc: "`IMGPROXY_BASE64_URL_INCLUDES_FILENAME`: the last segment behind a base64 source is a file name, and " +
				"ignored.",
		},
	}
}
