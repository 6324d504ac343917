package settings

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"imagekit/internal/opt"
)

const (
	// builtinSecret signs while nobody else can reach the server and no secret is set.
	builtinSecret = "local-dev-secret"
	// minSecret is the least length of a key in bytes: that of the hash, as RFC 2104 §3 advises.
	minSecret = 32
)

// Secrets are the keys in force.
type Secrets struct {
	Current  []byte
	Previous [][]byte // still accepted, never used to sign
	Token    string   // opens to remote callers what IMAGEKIT_SIGN_TOKEN lists; "" = none

	PurgeToken string // opens purging alone; "" = none
	Imgproxy   []KeySalt
	Thumbor    []byte // empty = none
	Imagor     []byte
	Builtin    bool // Current is the one that everybody knows
}

// Secrets reads the secret files and applies the rule for keys: at least 32 bytes, and none that is built in,
// unless only this machine can reach the server; then it warns. Call it again to see changed files.
func (s *Settings) Secrets() (Secrets, []string, error) {
	current, err1 := s.secret("IMAGEKIT_SECRET", s.Secret, s.SecretFile)
	previous, err2 := s.secret("IMAGEKIT_SECRET_PREVIOUS", s.SecretPrevious, s.SecretPreviousFile)
	token, err3 := s.secret("IMAGEKIT_SIGN_TOKEN", s.SignToken, s.SignTokenFile)
	purge, err4 := s.secret("IMAGEKIT_PURGE_TOKEN", s.PurgeToken, s.PurgeTokenFile)
	imgproxy, err5 := s.imgproxyKeys()
	thumbor, err6 := s.secret("IMAGEKIT_THUMBOR_KEY", s.ThumborKey, s.ThumborKeyFile)
	imagor, err7 := s.secret("IMAGEKIT_IMAGOR_KEY", s.ImagorKey, s.ImagorKeyFile)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return Secrets{}, nil, err
	}
	keys := Secrets{
		Current: []byte(current), Token: token, PurgeToken: purge, Imgproxy: imgproxy, Thumbor: []byte(thumbor),
		Imagor: []byte(imagor),
	}
	if previous != "" {
		for piece := range strings.SplitSeq(previous, ",") {
			keys.Previous = append(keys.Previous, []byte(piece))
		}
	}
	if current == "" {
		keys.Current, keys.Builtin = []byte(builtinSecret), true
	}
	warnings, err := keys.check(s.reach(), s.keyName("IMAGEKIT_SECRET"), s.keyName("IMAGEKIT_SECRET_PREVIOUS"))
	if err != nil {
		return Secrets{}, nil, err
	}
	keys.Builtin = keys.Builtin || current == builtinSecret // everybody knows it, whoever wrote it down
	if keys.Builtin && s.LocalOff {
		return Secrets{}, nil, fmt.Errorf("%s is not set, or is the built-in one: then only local callers are served, and "+
			"%s is off, so that nobody would be",
			s.keyName("IMAGEKIT_SECRET"), s.name("IMAGEKIT_LOCAL"))
	}
	return keys, warnings, nil
}

// check holds the rule for keys where others can reach the server at addr, or cannot if that is "". Its words name the settings, never a key.
func (k Secrets) check(addr, current, previous string) (warnings []string, err error) {
	const remedy = "for example the output of: openssl rand -hex 32"
	var weak []string
	switch n := len(k.Current); {
	case k.Builtin:
		weak = append(weak, fmt.Sprintf("%s is not set, want at least %d bytes, %s", current, minSecret, remedy))
	case n < minSecret:
		weak = append(weak, fmt.Sprintf("%s has %d bytes, want at least %d, %s", current, n, minSecret, remedy))
	}
	for i, key := range k.Previous {
		if len(key) == 0 {
			return nil, fmt.Errorf("%s: key %d of the comma list is empty", previous, i+1)
		}
		if len(bytes.TrimSpace(key)) != len(key) { // as in "key, key"
			warnings = append(warnings, fmt.Sprintf("%s: key %d begins or ends with white space, which counts as part of it",
				previous, i+1))
		}
		if len(key) < minSecret {
			weak = append(weak, fmt.Sprintf("%s: key %d has %d bytes, want at least %d", previous, i+1, len(key), minSecret))
		}
	}
	if addr == "" {
		return append(warnings, weak...), nil
	}
	var wrong []error
	for _, text := range weak {
		wrong = append(wrong, fmt.Errorf("%s (listening on %s, which others can reach)", text, addr))
	}
	return warnings, errors.Join(wrong...)
}

// keyName returns the name by which the operator set this secret: the variable or its file.
func (s *Settings) keyName(option string) string {
	if s.given(option + "_FILE") {
		return s.name(option + "_FILE")
	}
	return option
}

// secret returns the text of a secret from the form in which it was given, "" when it was not.
func (s *Settings) secret(option string, text Secret, file string) (string, error) {
	if file == "" {
		return string(text), nil
	}
	content, err := readSecret(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.keyName(option), err)
	}
	got := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if got == "" && option != "IMAGEKIT_SECRET_PREVIOUS" { // an empty list ends a rotation
		return "", &opt.Error{Name: s.keyName(option), Value: file, Want: "a file that is not empty"}
	}
	return got, nil
}

// checkForms refuses a secret that is given both as text and as a file: nobody could tell which one is in force.
func (s *Settings) checkForms() []error {
	var wrong []error
	for _, option := range []string{
		"IMAGEKIT_SECRET", "IMAGEKIT_SECRET_PREVIOUS", "IMAGEKIT_SIGN_TOKEN", "IMAGEKIT_PURGE_TOKEN",
		"IMAGEKIT_IMGPROXY_KEY", "IMAGEKIT_IMGPROXY_SALT", "IMAGEKIT_THUMBOR_KEY", "IMAGEKIT_IMAGOR_KEY",
	} {
		if s.given(option) && s.given(option+"_FILE") {
			wrong = append(wrong, fmt.Errorf("%s and %s are both set, want one of them", option, s.name(option+"_FILE")))
		}
	}
	return wrong
}
