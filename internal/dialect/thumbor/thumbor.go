// Package thumbor reads the URLs of thumbor and of imagor: /SIGNATURE/OPERATIONS/filters:…/IMAGE. The two agree in their
// form and contradict each other in some filters.
package thumbor

import (
	"crypto/hmac"
	"crypto/sha1" // theirs
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"net/url"
	"strings"
	"sync/atomic"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/source"
)

// Config says how the server was set up whose URLs are read.
type Config struct {
	Imagor     bool   // imagor's meaning where it differs from thumbor's
	Key        []byte // empty: nothing is signed
	Hash       string // sha1, sha256 or sha512; "" = sha1
	Truncate   int    // characters of a signature; 0 = all
	AutoFormat bool   // negotiate the format of URLs that name none; else it is the source's
	Base       string // what images without a scheme lie below; "" = they begin with a host
}

// Reader reads such URLs.
type Reader struct {
	Config
	hash func() hash.Hash
	key  atomic.Pointer[[]byte]
}

// New returns a reader. It fails for a hash that does not exist, and a truncation that is longer than it.
func New(c Config) (*Reader, error) {
	r := &Reader{Config: c}
	switch c.Hash {
	case "", "sha1":
		r.hash = sha1.New
	case "sha256":
		r.hash = sha256.New
	case "sha512":
		r.hash = sha512.New
	default:
		return nil, fmt.Errorf("got the hash %q, want sha1, sha256 or sha512", c.Hash)
	}
	if all := base64.URLEncoding.EncodedLen(r.hash().Size()); c.Truncate > all || c.Truncate < 0 {
		return nil, fmt.Errorf("want at most the %d characters that a signature has, got %d", all, c.Truncate)
	}
	r.Replace(c.Key)
	return r, nil
}

// Replace exchanges the key.
func (r *Reader) Replace(key []byte) { r.key.Store(&key) }

// SignatureLen returns the characters of a signature, and whether the last of them fill it up.
func (r *Reader) SignatureLen() (n int, padded bool) {
	n = base64.URLEncoding.EncodedLen(r.hash().Size())
	if r.Truncate > 0 && r.Truncate < n {
		return r.Truncate, false
	}
	return n, true
}

const unsafe = "unsafe"

// Takes reports whether the path begins with a signature, or with the word for none.
func (r *Reader) Takes(t dialect.Target) bool {
	sig, rest, _ := strings.Cut(t.Path[1:], "/")
	n, padded := r.SignatureLen()
	return rest != "" && (sig == unsafe || len(sig) == n && strings.HasSuffix(sig, "=") == padded &&
		!strings.ContainsFunc(strings.TrimRight(sig, "="), dialect.NotBase64))
}

// Verify compares the signature with that of the path as it stands, and as it is decoded once: both sign either.
func (r *Reader) Verify(t dialect.Target) (bool, error) {
	sig, path, _ := strings.Cut(t.Path[1:], "/")
	key := *r.key.Load()
	if sig == unsafe {
		return false, nil
	}
	valid := len(key) > 0 && hmac.Equal([]byte(r.mac(key, path)), []byte(sig))
	if decoded, err := url.PathUnescape(path); err == nil && len(key) > 0 {
		valid = hmac.Equal([]byte(r.mac(key, decoded)), []byte(sig)) || valid
	}
	if !valid {
		return false, fault.New(fault.BadSignature, "the signature does not match this path: want it made of the key of %s",
			r.name())
	}
	return true, nil
}

func (r *Reader) name() string {
	if r.Imagor {
		return "imagor (IMAGEKIT_IMAGOR_KEY)"
	}
	return "thumbor (IMAGEKIT_THUMBOR_KEY)"
}

func (r *Reader) mac(key []byte, path string) string {
	h := hmac.New(r.hash, key)
	h.Write([]byte(path))
	n, _ := r.SignatureLen()
	return base64.URLEncoding.EncodeToString(h.Sum(nil))[:n]
}

// Sign returns the signed form of a path, which has no signature. It fails when the path cannot be read, or when there is
// no key.
func (r *Reader) Sign(path string) (string, error) {
	path = strings.TrimPrefix(path, "/")
	key := *r.key.Load()
	if len(key) == 0 {
		return "", fmt.Errorf("there is no key, want that of %s", r.name())
	}
	if _, err := r.read(path); err != nil {
		return "", err
	}
	return "/" + r.mac(key, path) + "/" + path, nil
}

// Read returns what the path asks for.
func (r *Reader) Read(t dialect.Target) (param.Request, error) {
	_, path, _ := strings.Cut(t.Path[1:], "/")
	return r.read(path)
}

// escaped are the marks between operations that some clients escape. In the image, which is decoded once, they are the same.
var escaped = strings.NewReplacer("%28", "(", "%29", ")", "%3A", ":", "%3a", ":", "%2C", ",", "%2c", ",")

func (r *Reader) read(path string) (param.Request, error) {
	w := &wish{imagor: r.Imagor}
	image, err := w.operations(escaped.Replace(path))
	if err != nil {
		return param.Request{}, err
	}
	req := param.Request{}
	if req.Source, err = r.source(image); err != nil {
		return param.Request{}, err
	}
	if req.Params, err = w.params(); err != nil {
		return param.Request{}, err
	}
	if req.Params.Format == format.Unknown {
		req.Params.Format = format.Source
		if r.AutoFormat {
			req.Params.Format = format.Auto
		}
	}
	req.Expires = w.expires
	return req, nil
}

// source returns the source that the end of a path names.
func (r *Reader) source(image string) (string, error) {
	if encoded, ok := strings.CutPrefix(image, "b64:"); ok && r.Imagor {
		decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
		if err != nil {
			return "", dialect.Refuse("image", "want base64url behind b64:, got %s", opt.Quote(encoded))
		}
		return source.Resolve(string(decoded), r.Base)
	}
	decoded, err := url.PathUnescape(dialect.Repaired(image))
	if err != nil {
		return "", dialect.Refuse("image", "want %% and two hexadecimal digits for an escape, got %s", opt.Quote(image))
	}
	decoded = dialect.Repaired(decoded)
	if !source.Is(decoded) && r.Base == "" && decoded != "" && !strings.HasPrefix(decoded, "/") &&
		!strings.Contains(decoded, "://") {
		decoded = "http://" + decoded
	}
	return source.Resolve(decoded, r.Base)
}
