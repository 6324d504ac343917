package server

import (
	"net"

	"golang.org/x/sys/unix"
)

// boundQueue bounds what the kernel takes of an answer before it is sent: else it takes up to 4 MiB for a client that does
// not read, and that counts as this process's memory. What is on the wire comes on top, so that a fast connection stays fast.
func boundQueue(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return // it is closed
	}
	_ = raw.Control(func(fd uintptr) { // without it the kernel's own bounds hold
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, sendQueue)
	})
}
