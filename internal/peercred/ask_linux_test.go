package peercred

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// pair returns a connection to a listener: its two ends, the client's first.
func pair(t testing.TB, listen, dial string) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Skipf("no %s on this machine: %v", listen, err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	c, err := net.Dial("tcp", net.JoinHostPort(dial, port))
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

func ends(c net.Conn) (peer, here netip.AddrPort) {
	return c.RemoteAddr().(*net.TCPAddr).AddrPort(), c.LocalAddr().(*net.TCPAddr).AddrPort()
}

// askers are the two ways of New, each alone.
func askers(t testing.TB) map[string]*Asker {
	t.Helper()
	both := New()
	return map[string]*Asker{
		"sock_diag": {self: both.self, ways: both.ways[:1]}, "table": {self: both.self, ways: both.ways[1:]},
	}
}

func TestRealConnections(t *testing.T) {
	for how, a := range askers(t) {
		for _, tt := range []struct{ name, listen, dial string }{
			{"IPv4", "127.0.0.1:0", "127.0.0.1"},
			{"IPv6", "[::1]:0", "::1"},
			{"IPv4 to a socket for both", "[::]:0", "127.0.0.1"},
			{"IPv4, all of 127.0.0.0/8", "127.0.0.3:0", "127.0.0.3"},
		} {
			t.Run(how+"/"+tt.name, func(t *testing.T) {
				client, server := pair(t, tt.listen, tt.dial)
				peer, here := ends(server)
				if err := a.Check(peer, here); err != nil {
					t.Errorf("one's own connection: %v", err)
				}
				stranger := &Asker{self: a.self + 1, ways: a.ways}
				if err := stranger.Check(peer, here); os.Getuid() != 0 && !errors.Is(err, ErrOther) {
					t.Errorf("to another user: %v", err)
				}
				if err := client.CloseWrite(); err != nil {
					t.Fatal(err)
				}
				if err := a.Check(peer, here); err != nil {
					t.Errorf("half closed: %v", err)
				}
				if err := client.Close(); err != nil {
					t.Fatal(err)
				}
				if err := a.Check(peer, here); !errors.Is(err, ErrOrphan) && !errors.Is(err, ErrNone) {
					t.Errorf("closed by its owner: %v, want it not to count", err)
				}
			})
		}
	}
}

// An IPv6 socket can dial an IPv4 address: then the table of IPv6 has it.
func TestMappedSocket(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	defer syscall.Close(fd)
	to := &syscall.SockaddrInet6{Port: l.Addr().(*net.TCPAddr).Port}
	copy(to.Addr[:], net.IPv4(127, 0, 0, 1).To16())
	if err := syscall.Connect(fd, to); err != nil {
		t.Skipf("no IPv4 by IPv6 sockets here: %v", err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	peer, here := ends(s)
	for how, a := range askers(t) {
		if err := a.Check(peer, here); err != nil {
			t.Errorf("%s: %v", how, err)
		}
	}
}

// A connection that another user made is another user's. It takes root to make one.
func TestAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root, so that nothing runs as another user")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	for user, want := range map[uint32]error{0: nil, 54321: ErrOther, overflowUser: ErrOther} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		cmd := exec.Command("bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/127.0.0.1/%d; read -r line <&3",
			l.Addr().(*net.TCPAddr).Port))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		cmd.Dir = "/"
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		peer, here := ends(s)
		for how, a := range askers(t) {
			if err := a.Check(peer, here); !errors.Is(err, want) {
				t.Errorf("%s, user %d: %v, want %v", how, user, err, want)
			}
		}
		s.Close()
		_ = cmd.Wait() // its read ends with the connection
	}
}

func BenchmarkCheck(b *testing.B) {
	_, server := pair(b, "127.0.0.1:0", "127.0.0.1")
	peer, here := ends(server)
	for how, a := range askers(b) {
		b.Run(how, func(b *testing.B) {
			for b.Loop() {
				if err := a.Check(peer, here); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
