package settings

import "testing"

// What a setting has to do with the bytes of a result. A result is kept across restarts with other settings, so whatever
// decides its bytes has to be part of its key (internal/render/key.go).
const (
	nothing  = "nothing"                             // or it refuses requests, sources or sizes
	inTheKey = "in the key"                          // as it is
	asFormat = "as its format"                       // it chooses the format, which is in the key
	asDigest = "by the digest of what is used of it" // in the key
	lifetime = "judged when served"
)

// A new setting fails here until somebody has thought about it.
func TestWhatDecidesResults(t *testing.T) {
	decided := map[string]string{
		"IMAGEKIT_MAX_OUTPUT_PIXELS": inTheKey,
		"IMAGEKIT_WATERMARKS":        asDigest,
		"IMAGEKIT_MAX_FRAMES":        inTheKey,
		"IMAGEKIT_MAX_FRAME_PIXELS":  inTheKey,
		"IMAGEKIT_ALLOWED_FORMATS":   asFormat,
		"IMAGEKIT_DEFAULT_FORMAT":    asFormat,
		"IMAGEKIT_IMGPROXY_AUTO":     asFormat,
		"IMAGEKIT_THUMBOR_AUTO":      asFormat,
		"IMAGEKIT_IMAGOR_AUTO":       asFormat,
		"IMAGEKIT_MAX_AGE":           lifetime,
		"IMAGEKIT_PRESETS":           inTheKey, // as the parameters they stand for
		"IMAGEKIT_PRESETS_FILE":      inTheKey,
	}
	for _, name := range []string{
		"IMAGEKIT_ADDR", "IMAGEKIT_ADMIN_ADDR", "IMAGEKIT_DRAIN_DELAY", "IMAGEKIT_PUBLIC_UPLOAD", "IMAGEKIT_SAMPLES",
		"IMAGEKIT_SECRET", "IMAGEKIT_SECRET_FILE", "IMAGEKIT_SECRET_PREVIOUS", "IMAGEKIT_SECRET_PREVIOUS_FILE",
		"IMAGEKIT_SIGN_TOKEN", "IMAGEKIT_SIGN_TOKEN_FILE", "IMAGEKIT_PURGE_TOKEN", "IMAGEKIT_PURGE_TOKEN_FILE", "IMAGEKIT_CACHE_TAGS", "IMAGEKIT_RESULTS",
		"IMAGEKIT_ALLOWED_HOSTS", "IMAGEKIT_ALLOWED_NETWORKS", "IMAGEKIT_ALLOWED_PORTS", "IMAGEKIT_USER_AGENT",
		"IMAGEKIT_MAX_INPUT_SIZE", "IMAGEKIT_FETCHES", "IMAGEKIT_FETCH_BYTES", "IMAGEKIT_FETCH_TIMEOUT", "IMAGEKIT_SOURCE_CACHE",
		"IMAGEKIT_TRACE_ORIGINS", "IMAGEKIT_SOURCE_FORMATS", "IMAGEKIT_MAX_PIXELS", "IMAGEKIT_WORKERS", "IMAGEKIT_SANDBOX", "IMAGEKIT_QUEUE", "IMAGEKIT_MEMORY",
		"IMAGEKIT_REQUEST_TIMEOUT", "IMAGEKIT_CACHE_DIR", "IMAGEKIT_CACHE_SIZE", "IMAGEKIT_CACHE_MIN_FREE",
		"IMAGEKIT_ANSWER_BYTES", "IMAGEKIT_MIN_READ_RATE", "IMAGEKIT_CDN_CACHE_CONTROL", "IMAGEKIT_CORS",
		"IMAGEKIT_TRUSTED_PROXIES", "IMAGEKIT_LOCAL", "IMAGEKIT_SPELLING", "IMAGEKIT_RATE_LIMIT", "IMAGEKIT_RATE_BURST",
		"IMAGEKIT_WIDTHS", "IMAGEKIT_QUALITIES", "IMAGEKIT_FREE_MAX", "IMAGEKIT_IGNORE", "IMAGEKIT_ONLY_PRESETS", "IMAGEKIT_UNSIGNED", "IMAGEKIT_UNSIGNED_QUERY",
		"IMAGEKIT_LOCAL_ROOT", "IMAGEKIT_DIALECTS", "IMAGEKIT_DIALECTS_UNSIGNED", "IMAGEKIT_BASE_URL", "IMAGEKIT_IMGPROXY_KEY", "IMAGEKIT_IMGPROXY_KEY_FILE",
		"IMAGEKIT_IMGPROXY_SALT", "IMAGEKIT_IMGPROXY_SALT_FILE", "IMAGEKIT_IMGPROXY_SIGNATURE_SIZE", "IMAGEKIT_IMGPROXY_PRESETS",
		"IMAGEKIT_IMGPROXY_PRESETS_FILE", "IMAGEKIT_IMGPROXY_ONLY_PRESETS", "IMAGEKIT_IMGPROXY_FILE_NAMES", "IMAGEKIT_THUMBOR_KEY", "IMAGEKIT_THUMBOR_KEY_FILE",
		"IMAGEKIT_IMAGOR_KEY", "IMAGEKIT_IMAGOR_KEY_FILE", "IMAGEKIT_IMAGOR_SIGNER", // they say what a URL asks for
		"IMAGEKIT_RATE_LIMIT_COUNT", "DISABLE_RATE_LIMIT", "IMAGEKIT_LOG", "IMAGEKIT_LOG_FORMAT",
	} {
		decided[name] = nothing
	}
	for _, o := range new(Settings).options() {
		if decided[o.Name] == "" {
			t.Errorf("%s: does it decide the bytes of results? Then it belongs into their key, else into the list here",
				o.Name)
		}
	}
}
