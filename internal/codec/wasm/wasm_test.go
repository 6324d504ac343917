//go:build !cgo && nodynamic

package wasm

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"
)

// module writes a module by hand, gzipped: functions of no parameters that return a number, exported by name,
// a memory of a page that may grow without end. What real compilers write is tried by the codecs' tests.
func module(bodies map[string][]byte) []byte {
	var exports, funcs, code []byte
	n := byte(0)
	for name, body := range bodies {
		exports = append(append(append(exports, byte(len(name))), name...), 0, n)
		funcs = append(funcs, 0)
		code = append(append(code, byte(len(body)+2), 0), append(body, 0x0B)...)
		n++
	}
	exports = append(exports, 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0)
	m := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range []struct {
		id   byte
		body []byte
	}{
		{1, []byte{1, 0x60, 0, 1, 0x7F}}, // one type: () → i32
		{3, append([]byte{n}, funcs...)},
		{5, []byte{1, 0, 1}}, // a memory of one page and no maximum
		{7, append([]byte{n + 1}, exports...)},
		{10, append([]byte{n}, code...)},
	} {
		m = append(append(m, s.id, byte(len(s.body))), s.body...)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(m) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// TestTraps: whatever a codec does ends its call with ErrTrap, and the next call finds a codec as new.
func TestTraps(t *testing.T) {
	packed := module(map[string][]byte{
		"trap":   {0x00},                                              // unreachable
		"beyond": {0x41, 0x7F, 0x28, 2, 0},                            // reads at 2³² − 1
		"divide": {0x41, 1, 0x41, 0, 0x6D},                            // 1 / 0
		"grow":   {0x41, 0x80, 0x80, 0x01, 0x40, 0},                   // asks for 2¹⁴ pages more: one too many
		"dirty":  {0x41, 0, 0x41, 7, 0x36, 2, 0, 0x41, 0, 0x28, 2, 0}, // writes 7 at 0 and reads it
		"fresh":  {0x41, 0, 0x28, 2, 0},                               // reads at 0
		"endure": {0x41, 0x01},                                        // 1
	})
	c := New("test", &packed)
	call := func(name string) (v uint64, err error) {
		err = c.Run(func(c *Call) error {
			var err error
			v, err = c.Do(name)
			return err
		})
		return v, err
	}
	for _, name := range []string{"trap", "beyond", "divide"} {
		if v, err := call(name); !errors.Is(err, ErrTrap) {
			t.Errorf("%s: want %v, got %d, %v", name, ErrTrap, v, err)
		}
	}
	for name, want := range map[string]uint64{"grow": 1<<32 - 1, "dirty": 7, "fresh": 0, "endure": 1} {
		if v, err := call(name); err != nil || v != want {
			t.Errorf("%s: want %d, got %d, %v", name, want, v, err)
		}
	}
}

// TestOutside: a codec that tells of bytes it does not have is a trap, too.
func TestOutside(t *testing.T) {
	packed := module(map[string][]byte{"one": {0x41, 1}})
	err := New("test", &packed).Run(func(c *Call) error {
		for _, at := range []uint64{1 << 16, 1<<16 - 1, 1 << 32, 1<<64 - 1} {
			if b, err := c.Bytes(at, 2); !errors.Is(err, ErrTrap) {
				t.Errorf("at %d: got %d bytes, %v", at, len(b), err)
			}
		}
		if b, err := c.Bytes(1<<16-2, 2); err != nil || len(b) != 2 {
			t.Errorf("the last two: got %d bytes, %v", len(b), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoModule: what is no module is our fault, and no panic.
func TestNoModule(t *testing.T) {
	for _, packed := range [][]byte{nil, []byte("no gzip"), module(map[string][]byte{"bad": {0xFF}})} {
		if err := New("test", &packed).Prepare(); err == nil || errors.Is(err, ErrTrap) {
			t.Errorf("got %v", err)
		}
	}
}
