// Package imgproxy reads the URLs of imgproxy 4: /SIGNATURE/OPTIONS/SOURCE.
package imgproxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// Key signs: HMAC-SHA-256 over salt and path.
type Key struct{ Key, Salt []byte }

// Config says how the imgproxy was set up whose URLs are read.
type Config struct {
	Keys          []Key  // the first one signs; none: nothing is signed
	SignatureSize int    // bytes of the MAC that stand in the URL; 0 = all
	Presets       string // as IMGPROXY_PRESETS has them, or a line each
	OnlyPresets   bool   // URLs hold names of presets in place of options
	AutoFormat    bool   // negotiate the format of URLs that name none; else it is the source's
	Base          string // what sources without a scheme lie below; "" = there are none
	FileNames     bool   // the last segment behind a base64 source is only there to be read
}

// Reader reads imgproxy's URLs.
type Reader struct {
	config  Config
	keys    atomic.Pointer[[]Key]
	presets map[string][]option
}

// New returns a reader. It fails when a preset is wrong, and says which.
func New(c Config) (*Reader, error) {
	r := &Reader{config: c}
	if c.SignatureSize == 0 {
		r.config.SignatureSize = sha256.Size
	}
	r.Replace(c.Keys)
	var err error
	r.presets, err = readPresets(c.Presets)
	return r, err
}

// Replace exchanges all keys at once.
func (r *Reader) Replace(keys []Key) { r.keys.Store(&keys) }

// SignatureLen returns the characters of a signature.
func (r *Reader) SignatureLen() int { return base64.RawURLEncoding.EncodedLen(r.config.SignatureSize) }

// unsigned are the words that stand in place of a signature.
var unsigned = []string{"unsafe", "insecure", "_", "-"}

// Takes reports whether the path begins with a signature, or a word for none. Without keys everything is one.
func (r *Reader) Takes(t dialect.Target) bool {
	sig, rest, _ := strings.Cut(t.Path[1:], "/")
	if sig == "" || rest == "" {
		return false
	}
	return len(*r.keys.Load()) == 0 || slices.Contains(unsigned, sig) || len(sig) == r.SignatureLen() &&
		!strings.ContainsFunc(sig, dialect.NotBase64)
}

// Verify compares the signature under every key, whichever fits. Without keys nothing is signed.
func (r *Reader) Verify(t dialect.Target) (bool, error) {
	sig, path := cutSignature(t)
	keys := *r.keys.Load()
	if len(keys) == 0 || slices.Contains(unsigned, sig) {
		return false, nil
	}
	claimed, err := base64.RawURLEncoding.Strict().DecodeString(sig)
	valid := false
	for _, k := range keys {
		valid = hmac.Equal(r.mac(k, path), claimed) || valid
	}
	if err != nil || !valid {
		return false, fault.New(fault.BadSignature,
			"the signature does not match this path: want it made of IMAGEKIT_IMGPROXY_KEY and IMAGEKIT_IMGPROXY_SALT")
	}
	return true, nil
}

func (r *Reader) mac(k Key, path string) []byte {
	h := hmac.New(sha256.New, k.Key)
	h.Write(k.Salt)
	h.Write([]byte(path))
	return h.Sum(nil)[:r.config.SignatureSize]
}

// Sign returns the signed form of a path, which has no signature and begins with the options or the source. It fails
// when the path cannot be read, or when there is no key.
func (r *Reader) Sign(path string) (string, error) {
	keys := *r.keys.Load()
	if len(keys) == 0 {
		return "", fmt.Errorf("IMAGEKIT_IMGPROXY_KEY and IMAGEKIT_IMGPROXY_SALT are not set, want the key and the salt of " +
			"imgproxy")
	}
	path = repaired("/" + strings.TrimPrefix(path, "/"))
	if _, err := r.read(path); err != nil {
		return "", err
	}
	return "/" + base64.RawURLEncoding.EncodeToString(r.mac(keys[0], path)) + path, nil
}

// Read returns what the path asks for.
func (r *Reader) Read(t dialect.Target) (param.Request, error) {
	_, path := cutSignature(t)
	return r.read(path)
}

func (r *Reader) read(path string) (param.Request, error) {
	options, src, err := r.split(path)
	if err != nil {
		return param.Request{}, err
	}
	w := newWish()
	if err := r.apply(w, options); err != nil {
		return param.Request{}, err
	}
	source, ext, err := r.source(src)
	if err != nil {
		return param.Request{}, err
	}
	if ext != "" { // it beats the option
		if err := w.set(option{"ext", []string{ext}}); err != nil {
			return param.Request{}, err
		}
	}
	p, err := w.params(r.config.AutoFormat)
	if err != nil {
		return param.Request{}, err
	}
	req := param.Request{Source: source, Version: w.version, Params: p}
	if w.expires > 0 {
		req.Expires = time.Unix(w.expires, 0)
	}
	return req, nil
}

// apply sets the options in their order, the preset named default before all.
func (r *Reader) apply(w *wish, options []option) error {
	used := map[string]bool{}
	if _, ok := r.presets[defaultPreset]; ok {
		if err := r.preset(w, defaultPreset, used); err != nil {
			return err
		}
	}
	for _, o := range options {
		if err := r.one(w, o, used); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) one(w *wish, o option, used map[string]bool) error {
	if o.name != "pr" && o.name != "preset" {
		return w.set(o)
	}
	for _, name := range o.args {
		if err := r.preset(w, name, used); err != nil {
			return err
		}
	}
	return nil
}

// preset sets the options of a preset in its place. One that is used already changes nothing, so that none can run for ever.
func (r *Reader) preset(w *wish, name string, used map[string]bool) error {
	options, ok := r.presets[name]
	if !ok {
		return dialect.Refuse("pr", "there is no preset %q (IMAGEKIT_IMGPROXY_PRESETS)", name)
	}
	if used[name] {
		return nil
	}
	used[name] = true
	for _, o := range options {
		if err := r.one(w, o, used); err != nil {
			return err
		}
	}
	return nil
}
