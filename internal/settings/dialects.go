package settings

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/opt"
)

// Foreign are the settings for URLs of other servers.
type Foreign struct {
	Dialects                             []Dialect
	DialectsUnsigned                     bool   // URLs of other servers need no signature
	BaseURL                              string // of their sources without a host; "" = none
	ImgproxyKey, ImgproxySalt            Secret // read them with Secrets
	ImgproxyKeyFile, ImgproxySaltFile    string
	ImgproxySignatureSize                int    // bytes
	ImgproxyPresets, ImgproxyPresetsFile string // read them with Presets
	ImgproxyOnlyPresets                  bool
	ImgproxyAuto                         bool   // negotiate the format where none is named
	ImgproxyFileNames                    bool   // base64 sources are followed by one
	ThumborKey, ImagorKey                Secret // read them with Secrets
	ThumborKeyFile, ImagorKeyFile        string
	ThumborAuto, ImagorAuto              bool // as ImgproxyAuto
	ImagorSigner                         Signer
}

// Dialect says where URLs of another server are answered.
type Dialect struct {
	Name   string
	Host   string // "" = any
	Prefix string // "" = none
}

// dialectNames lists the servers whose URLs can be read.
var dialectNames = []string{"imgproxy", "cloudflare", "next", "thumbor", "imagor"}

// neverSigned are those of them whose URLs have no signature.
var neverSigned = []string{"cloudflare", "next"}

func dialects(to *[]Dialect) list[Dialect] {
	return list[Dialect]{
		to, parseDialect, Dialect.String,
		"names, NAME@HOST or NAME:/PREFIX, with NAME one of " + strings.Join(dialectNames, ", "),
	}
}

// String returns the form that parseDialect reads.
func (d Dialect) String() string {
	switch {
	case d.Host != "":
		return d.Name + "@" + d.Host
	case d.Prefix != "":
		return d.Name + ":" + d.Prefix
	}
	return d.Name
}

func parseDialect(text string) (Dialect, bool) {
	at := strings.IndexAny(text, "@:")
	if at < 0 {
		return Dialect{Name: text}, slices.Contains(dialectNames, text)
	}
	d := Dialect{Name: text[:at]}
	ok := slices.Contains(dialectNames, d.Name)
	if rest := text[at+1:]; text[at] == '@' {
		host, valid := parseHost(rest)
		d.Host = host
		return d, ok && valid && !strings.HasPrefix(rest, "*")
	}
	d.Prefix = strings.TrimSuffix(text[at+1:], "/")
	strange := func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("?#%\"<>\\^`{|}", c) }
	return d, ok && len(d.Prefix) > 1 && d.Prefix[0] == '/' && !strings.Contains(d.Prefix, "//") && !strings.ContainsFunc(d.Prefix, strange)
}

// CheckDialects refuses to answer everybody from everywhere, and dialects that nobody could speak.
func (s *Settings) CheckDialects() error {
	var wrong []error
	if s.DialectsUnsigned && len(s.AllowedHosts) == 0 {
		wrong = append(wrong, fmt.Errorf("%s is set, so that whoever knows the server can ask for any picture: want %s beside it",
			s.name("IMAGEKIT_DIALECTS_UNSIGNED"), s.name("IMAGEKIT_ALLOWED_HOSTS")))
	}
	for _, d := range s.Dialects {
		if !s.DialectsUnsigned && slices.Contains(neverSigned, d.Name) {
			wrong = append(wrong, fmt.Errorf("%s: URLs of %s are never signed, want %s=1 and %s beside it",
				s.name("IMAGEKIT_DIALECTS"), d.Name, s.name("IMAGEKIT_DIALECTS_UNSIGNED"), s.name("IMAGEKIT_ALLOWED_HOSTS")))
		}
	}
	return errors.Join(wrong...)
}

// baseURL is the beginning of URLs: scheme and host, maybe a path.
type baseURL string

func (b *baseURL) String() string { return string(*b) }

func (b *baseURL) Set(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?#") {
		return errValue
	}
	*b = baseURL(strings.TrimSuffix(text, "/"))
	return nil
}

func (*baseURL) Want() string {
	return "the beginning of URLs such as https://www.example.com, without a query, a user name or a password"
}

// Signer is how imagor signs: a hash, and how many characters of the signature stand in a URL; 0 = all.
type Signer struct {
	Hash     string
	Truncate int
}

// String returns HASH or HASH:CHARACTERS.
func (s *Signer) String() string {
	if s.Truncate > 0 {
		return s.Hash + ":" + strconv.Itoa(s.Truncate)
	}
	return s.Hash
}

// signatureChars are the characters of a whole signature by a hash.
var signatureChars = map[string]int{"sha1": 28, "sha256": 44, "sha512": 88}

// Set reads HASH or HASH:CHARACTERS. Part of flag.Value.
func (s *Signer) Set(text string) error {
	name, chars, cut := strings.Cut(text, ":")
	most, known := signatureChars[name]
	n, ok := opt.Whole(chars)
	if !known || cut && (!ok || n < 8 || n >= most) {
		return errValue
	}
	*s = Signer{name, n}
	return nil
}

// Want says what Set accepts.
func (*Signer) Want() string {
	return "sha1, sha256 or sha512, or one of them with a number of characters, such as sha256:40"
}

// KeySalt is a key of imgproxy with its salt.
type KeySalt struct{ Key, Salt []byte }

// imgproxyKeys reads keys and salts, which are paired by their place.
func (s *Settings) imgproxyKeys() ([]KeySalt, error) {
	keys, err1 := s.hexList("IMAGEKIT_IMGPROXY_KEY", s.ImgproxyKey, s.ImgproxyKeyFile)
	salts, err2 := s.hexList("IMAGEKIT_IMGPROXY_SALT", s.ImgproxySalt, s.ImgproxySaltFile)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if len(keys) != len(salts) {
		return nil, fmt.Errorf("%s has %d keys and %s %d salts, want as many of both",
			s.keyName("IMAGEKIT_IMGPROXY_KEY"), len(keys), s.keyName("IMAGEKIT_IMGPROXY_SALT"), len(salts))
	}
	var list []KeySalt
	for i := range keys {
		list = append(list, KeySalt{keys[i], salts[i]})
	}
	return list, nil
}

// hexList reads a comma list of hexadecimal secrets. Its errors show none of them.
func (s *Settings) hexList(option string, text Secret, file string) ([][]byte, error) {
	all, err := s.secret(option, text, file)
	if err != nil || all == "" {
		return nil, err
	}
	var list [][]byte
	for piece := range strings.SplitSeq(all, ",") {
		secret, err := hex.DecodeString(strings.TrimSpace(piece))
		if err != nil || len(secret) == 0 {
			return nil, fmt.Errorf("%s: value %d of the comma list is not hexadecimal, want pairs of the digits 0-9 and a-f", s.keyName(option), len(list)+1)
		}
		list = append(list, secret)
	}
	return list, nil
}

// Presets returns the text of imgproxy's presets, and the name of the setting that gave it.
func (s *Settings) Presets() (text, name string, err error) {
	if s.ImgproxyPresetsFile == "" {
		return s.ImgproxyPresets, s.name("IMAGEKIT_IMGPROXY_PRESETS"), nil
	}
	name = s.name("IMAGEKIT_IMGPROXY_PRESETS_FILE")
	if s.ImgproxyPresets != "" {
		return "", name, fmt.Errorf("%s and %s are both set, want one of them", s.name("IMAGEKIT_IMGPROXY_PRESETS"), name)
	}
	content, err := os.ReadFile(s.ImgproxyPresetsFile)
	if err != nil {
		return "", name, &opt.Error{Name: name, Value: s.ImgproxyPresetsFile, Want: "a file that can be read", Err: err}
	}
	return string(content), name, nil
}
