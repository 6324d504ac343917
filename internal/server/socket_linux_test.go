package server

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// The kernel's own share of an answer that nobody reads has a bound, also where the socket was made by somebody else.
func TestKernelKeepsLittle(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial(t, l.Addr().String())
	c, err := Listener(l).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*corkConn).Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	got, ferr := 0, error(nil)
	if err := raw.Control(func(fd uintptr) {
		got, ferr = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT)
	}); err != nil || ferr != nil {
		t.Fatal(err, ferr)
	}
	if got != sendQueue {
		t.Errorf("up to %d bytes wait in the kernel, want %d", got, sendQueue)
	}
}
