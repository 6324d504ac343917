package peercred

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

var (
	peer = netip.MustParseAddrPort("127.0.0.1:40000")
	here = netip.MustParseAddrPort("127.0.0.1:8080")
)

// answer is what a kernel says of a socket.
func answer(local, remote netip.AddrPort, user, inode uint32) []byte {
	b := make([]byte, netlinkHead+sizeAnswer)
	native.PutUint32(b, uint32(len(b)))
	native.PutUint16(b[4:], typeByFamily)
	native.PutUint32(b[8:], sequence)
	body := b[netlinkHead:]
	body[0] = familyIPv4
	if local.Addr().Is6() {
		body[0] = familyIPv6
	}
	id := body[offsetAnswerID:]
	binary.BigEndian.PutUint16(id, local.Port())
	binary.BigEndian.PutUint16(id[2:], remote.Port())
	copy(id[4:], local.Addr().AsSlice())
	copy(id[20:], remote.Addr().AsSlice())
	native.PutUint32(body[offsetUser:], user)
	native.PutUint32(body[offsetInode:], inode)
	return b
}

// refusal is what a kernel says instead.
func refusal(errno syscall.Errno) []byte {
	b := make([]byte, netlinkHead+4+netlinkHead)
	native.PutUint32(b, uint32(len(b)))
	native.PutUint16(b[4:], typeError)
	native.PutUint32(b[8:], sequence)
	native.PutUint32(b[netlinkHead:], uint32(-int32(errno)))
	return b
}

// lines of /proc/self/net/tcp and tcp6 on a little-endian machine, as a kernel printed them.
const (
	heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	listens = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1 0000 100 " +
		"0 0 10 0\n"
	ofUser = "   1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2222 1 0000 20 " +
		"4 30 10 -1\n"
	ofOther = "   2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000    33        0 3333 1 0000 20 " +
		"4 30 10 -1\n"
	left   = "   3: 0100007F:9C40 0100007F:1F90 05 00000000:00000000 03:000016F6 00000000     0        0 0 3 0000\n"
	mapped = "   4: 0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 " +
		"00:00000000 00000000  1000 0 4444 1 0000 20 4 30 10 -1\n"
)

func littleEndian(t *testing.T) {
	t.Helper()
	if native.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the lines of this test are those of a little-endian machine")
	}
}

// asker asks a fake kernel: sock_diag answers with reply, the tables hold the text.
func asker(self uint32, reply []byte, tcp, tcp6 string) *Asker {
	proc := fstest.MapFS{}
	for name, text := range map[string]string{"tcp": tcp, "tcp6": tcp6} {
		if text != "" {
			proc[name] = &fstest.MapFile{Data: []byte(heading + text)}
		}
	}
	return &Asker{self: self, ways: []func(local, remote netip.AddrPort) (entry, error){
		func(netip.AddrPort, netip.AddrPort) (entry, error) { return readAnswer(reply) }, tables(proc),
	}}
}

func TestCheck(t *testing.T) {
	littleEndian(t)
	denied := refusal(syscall.EAFNOSUPPORT)
	elsewhere := netip.MustParseAddrPort("127.0.0.1:40001")
	v6 := func(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }
	for _, tt := range []struct {
		name      string
		self      uint32
		reply     []byte
		tcp, tcp6 string
		want      error
	}{
		{"own user", 1000, answer(peer, here, 1000, 7), "", "", nil},
		{"root", 1000, answer(peer, here, 0, 7), "", "", nil},
		{"root itself", 0, answer(peer, here, 0, 7), "", "", nil},
		{"another user", 1000, answer(peer, here, 33, 7), "", "", ErrOther},
		{"a user, to root", 0, answer(peer, here, 1000, 7), "", "", ErrOther},
		{"closed: user 0, inode 0", 1000, answer(peer, here, 0, 0), "", "", ErrOrphan},
		{"closed, own user", 1000, answer(peer, here, 1000, 0), "", "", ErrOrphan},
		{"overflow user", 1000, answer(peer, here, 65534, 7), "", "", ErrOther},
		{"overflow user itself", 65534, answer(peer, here, 65534, 7), "", "", ErrOther},
		{"IPv6 socket with IPv4 inside", 1000, answer(v6("[::ffff:127.0.0.1]:40000"), v6("[::ffff:127.0.0.1]:8080"), 1000,
			7), "", "", nil},
		{"no such socket", 1000, refusal(syscall.ENOENT), ofUser, "", ErrNone}, // and nobody asks twice
		{"another socket", 1000, answer(elsewhere, here, 1000, 7), ofUser, "", ErrNone},
		{"the other end", 1000, answer(here, peer, 1000, 7), "", "", ErrNone},
		{"a listener", 1000, answer(peer, netip.MustParseAddrPort("0.0.0.0:0"), 1000, 7), "", "", ErrNone},
		{"table, own user", 1000, denied, listens + ofUser, "", nil},
		{"table, another user", 1000, denied, listens + ofOther, "", ErrOther},
		{"table, closed", 1000, denied, listens + left, "", ErrOrphan},
		{"table, no such socket", 1000, denied, listens, mapped[:30] + "\n", ErrNone},
		{"table of IPv6", 1000, denied, listens, mapped, nil},
		{"table of IPv6 alone", 1000, denied, "", mapped, nil},
		{"neither answers", 1000, denied, "", "", ErrUnknown},
		{"half an answer", 1000, answer(peer, here, 1000, 7)[:60], "", "", ErrUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := asker(tt.self, tt.reply, tt.tcp, tt.tcp6).Check(peer, here)
			if !errors.Is(got, tt.want) || tt.want == nil && got != nil {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if err := new(Asker).Check(peer, here); !errors.Is(err, ErrUnknown) {
		t.Errorf("an asker that cannot ask says %v", err)
	}
}

// An answer that is not what the kernel sends to this question counts for nothing.
func TestAnswersThatAreNone(t *testing.T) {
	good := answer(peer, here, 1000, 7)
	change := func(at int, b byte) []byte {
		c := append([]byte(nil), good...)
		c[at] = b
		return c
	}
	for name, b := range map[string][]byte{
		"empty": nil, "head alone": good[:netlinkHead], "cut": good[:len(good)-1], "length too large": change(1, 9),
		"length of less than the head": change(0, 3), "another type": change(4, 99), "another question's": change(8, 9),
		"another family": change(netlinkHead, 1), "an error without number": refusal(0)[:netlinkHead+2],
	} {
		if e, err := readAnswer(b); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// FuzzReadAnswer: whatever comes is an entry with addresses of one family, or an error.
func FuzzReadAnswer(f *testing.F) {
	f.Add(answer(peer, here, 1000, 7))
	f.Add(answer(netip.MustParseAddrPort("[::1]:1"), netip.MustParseAddrPort("[::1]:2"), 0, 1))
	f.Add(refusal(syscall.ENOENT))
	f.Add(refusal(syscall.EPERM))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := readAnswer(b)
		if err == nil && (!e.local.IsValid() || e.local.Addr().BitLen() != e.remote.Addr().BitLen()) {
			t.Fatalf("%+v", e)
		}
		if err == nil && !errors.Is(asker(1000, b, "", "").Check(e.local, e.remote), nil) && e.inode != 0 && e.user == 1000 {
			t.Fatalf("%+v does not count", e)
		}
	})
}

// FuzzSearch: a line of another's making never hides or makes the one that is looked for.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{heading, listens, ofUser, ofOther, left, mapped, "", ":", "a b c d e f g h i j\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := search(strings.NewReader(text), peer, here)
		if err == nil && !e.is(peer, here) {
			t.Fatalf("%q: found %+v", text, e)
		}
		if errors.Is(err, ErrNone) && native.Uint16([]byte{1, 0}) == 1 && len(text) < 60_000 { // a longer line ends the look
			if e, err := search(strings.NewReader(text+"\n"+ofUser), peer, here); err != nil || e.inode != 2222 {
				t.Fatalf("%q hides what follows: %+v %v", text, e, err)
			}
		}
	})
}
