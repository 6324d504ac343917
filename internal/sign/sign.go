// Package sign signs and verifies canonical text with HMAC-SHA-256 (RFC 2104, FIPS 180-4) under keys that can be
// rotated while requests run.
package sign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"sync"
	"sync/atomic"

	"imagekit/internal/fault"
)

// sigLen is the length of a signature in hexadecimal digits.
const sigLen = 2 * sha256.Size

// Keyring holds the key that signs and the previous ones that are still accepted. It is safe for concurrent use.
type Keyring struct {
	keys atomic.Pointer[[]*key] // the first one signs
}

// New returns a keyring that signs with current and also accepts what previous keys signed.
// An empty key is a programming error and panics: everybody could sign with it.
func New(current []byte, previous ...[]byte) *Keyring {
	k := new(Keyring)
	k.Replace(current, previous...)
	return k
}

// Replace exchanges all keys at once, under the same rules as New. A Verify that runs meanwhile uses either the old
// or the new keys.
func (k *Keyring) Replace(current []byte, previous ...[]byte) {
	keys := []*key{newKey(current)}
	for _, p := range previous {
		keys = append(keys, newKey(p))
	}
	k.keys.Store(&keys)
}

// Sign returns the signature of the text: 64 lower-case hexadecimal digits.
func (k *Keyring) Sign(canonical string) string {
	current := (*k.keys.Load())[0]
	s := current.sum(canonical)
	defer current.states.Put(s)
	return hex.EncodeToString(s.mac)
}

// Verify returns nil when one of the keys made this signature of the text, else a fault.BadSignature.
// It looks at every key, whichever fits, so that the time taken tells nothing.
func (k *Keyring) Verify(canonical, sig string) error {
	var claimed [sha256.Size]byte
	if !decode(&claimed, sig) {
		return refuse("sig: want %d lower-case hexadecimal digits", sigLen)
	}
	valid := false
	for _, key := range *k.keys.Load() {
		s := key.sum(canonical)
		valid = hmac.Equal(s.mac, claimed[:]) || valid
		key.states.Put(s)
	}
	if !valid {
		return refuse("sig: the signature does not match these parameters")
	}
	return nil
}

// URL returns the path and query under which a signed picture is fetched. query is what was signed, with the values of what
// is free.
func URL(query, sig string) string { return "/img?" + query + "&sig=" + sig }

func refuse(format string, args ...any) error {
	err := fault.New(fault.BadSignature, format, args...)
	err.Param = "sig"
	return err
}

// decode reads exactly 64 lower-case hexadecimal digits: upper case would give one picture many URLs.
func decode(to *[sha256.Size]byte, sig string) bool {
	if len(sig) != sigLen {
		return false
	}
	for i := range sigLen {
		c := sig[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		default:
			return false
		}
		to[i/2] = to[i/2]<<4 | c
	}
	return true
}

// key makes MACs. Its hash states are reused: a fresh HMAC hashes the padded key twice and allocates.
type key struct {
	states sync.Pool // of *state
}

type state struct {
	hash hash.Hash
	text []byte // the text as bytes: a hash takes no string
	mac  []byte
}

func newKey(secret []byte) *key {
	if len(secret) == 0 {
		panic("sign: empty key")
	}
	secret = bytes.Clone(secret)
	return &key{states: sync.Pool{New: func() any { return &state{hash: hmac.New(sha256.New, secret)} }}}
}

// sum returns a state whose mac is that of the text. The caller puts it back into k.states.
func (k *key) sum(text string) *state {
	s := k.states.Get().(*state)
	s.hash.Reset()
	s.text = append(s.text[:0], text...)
	s.hash.Write(s.text)
	s.mac = s.hash.Sum(s.mac[:0])
	return s
}
