package sign

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"imagekit/internal/fault"
)

const secret = "local-dev-secret"

type vector struct{ canonical, sig, name string }

// vectors are the published test vectors for the secret local-dev-secret, one a line.
var vectors = func() (list []vector) {
	text, err := os.ReadFile("testdata/vectors.txt")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		canonical, rest, _ := strings.Cut(line, " ")
		sig, name, _ := strings.Cut(strings.TrimSpace(rest), " ")
		list = append(list, vector{canonical, sig, name})
	}
	return list
}()

func TestVectors(t *testing.T) {
	k := New([]byte(secret))
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			if got := k.Sign(v.canonical); got != v.sig {
				t.Errorf("Sign = %s, want %s", got, v.sig)
			}
			if err := k.Verify(v.canonical, v.sig); err != nil {
				t.Errorf("Verify: %v", err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	k := New([]byte(secret))
	text, sig := vectors[0].canonical, vectors[0].sig
	tests := []struct{ name, canonical, sig string }{
		{"missing", text, ""},
		{"upper case", text, strings.ToUpper(sig)},
		{"one digit in upper case", text, strings.Replace(sig, "f", "F", 1)},
		{"one digit short", text, sig[:63]},
		{"one digit more", text, sig + "0"},
		{"half", text, sig[:32]},
		{"no hexadecimal digit", text, sig[:63] + "g"},
		{"space before", text, " " + sig[:63]},
		{"last digit changed", text, sig[:63] + "3"},
		{"first digit changed", text, "9" + sig[1:]},
		{"zeros", text, strings.Repeat("0", 64)},
		{"of another text", text, vectors[1].sig},
		{"text one byte longer", text + "0", sig},
		{"text one byte shorter", text[:len(text)-1], sig},
		{"of another key", text, New([]byte("local-dev-secret2")).Sign(text)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := k.Verify(tt.canonical, tt.sig)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.BadSignature || f.Param != "sig" {
				t.Errorf("Verify = %v, want a bad_signature of sig", err)
			}
			if err != nil && strings.Contains(err.Error(), sig[:16]) {
				t.Errorf("the error gives the signature away: %v", err)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	old, now := []byte("an old key"), []byte("the key of today")
	signedOld, signedNow := New(old).Sign("w=1"), New(now).Sign("w=1")
	k := New(old)
	k.Replace(now, []byte("a key between"), old)
	if got := k.Sign("w=1"); got != signedNow {
		t.Errorf("Sign = %s, want the current key's %s", got, signedNow)
	}
	for name, sig := range map[string]string{"current": signedNow, "previous": signedOld} {
		if err := k.Verify("w=1", sig); err != nil {
			t.Errorf("%s key: %v", name, err)
		}
	}
	k.Replace(now)
	if k.Verify("w=1", signedOld) == nil {
		t.Error("a removed key is still accepted")
	}
}

func TestKeyIsCopied(t *testing.T) {
	key := []byte(secret)
	k := New(key)
	clear(key)
	if err := k.Verify(vectors[0].canonical, vectors[0].sig); err != nil {
		t.Errorf("after the caller cleared its copy: %v", err)
	}
}

func TestEmptyKeyPanics(t *testing.T) {
	for name, build := range map[string]func(){
		"current":  func() { New(nil) },
		"previous": func() { New([]byte(secret), []byte{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			build()
		})
	}
}

// TestConcurrent is for the race detector: requests verify while the keys change.
func TestConcurrent(t *testing.T) {
	k := New([]byte(secret))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				for _, v := range vectors {
					if err := k.Verify(v.canonical, v.sig); err != nil {
						t.Errorf("%s: %v", v.name, err)
						return
					}
				}
			}
		})
	}
	for range 100 {
		k.Replace([]byte("another"), []byte(secret))
		k.Replace([]byte(secret))
	}
	group.Wait()
}

func TestURL(t *testing.T) {
	if got, want := URL("url=sample:photo&w=10", "00ff"), "/img?url=sample:photo&w=10&sig=00ff"; got != want {
		t.Errorf("URL = %s, want %s", got, want)
	}
}

// TestNoPlainComparison keeps == and != away from MACs: they return at the first byte that differs.
func TestNoPlainComparison(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`(bytes\.Equal|bytes\.Compare|string\((\w+\.)?(mac|claimed)|\b(mac|claimed|sig)(\[:\])? *[!=]=|[!=]= *(\w+\.)?(mac|claimed|sig)\b)`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if hit := plain.Find(source); hit != nil {
			t.Errorf("%s compares a MAC with %q, want hmac.Equal", file, hit)
		}
	}
}

func FuzzVerify(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.canonical, v.sig)
		f.Add(v.canonical, strings.ToUpper(v.sig))
	}
	k := New([]byte(secret))
	f.Fuzz(func(t *testing.T, canonical, sig string) {
		if valid, want := k.Verify(canonical, sig) == nil, sig == k.Sign(canonical); valid != want {
			t.Errorf("Verify(%q, %q) accepts: %t, want %t", canonical, sig, valid, want)
		}
	})
}

// BenchmarkVerify: 0 allocs/op with one key.
func BenchmarkVerify(b *testing.B) {
	k := New([]byte(secret))
	b.ReportAllocs()
	for b.Loop() {
		if err := k.Verify(vectors[0].canonical, vectors[0].sig); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign: 2 allocs/op at most, one of them the result.
func BenchmarkSign(b *testing.B) {
	k := New([]byte(secret))
	b.ReportAllocs()
	for b.Loop() {
		k.Sign(vectors[0].canonical)
	}
}
