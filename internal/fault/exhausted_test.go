package fault

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// What this machine lacks is overload, however deep it lies, and nothing else is.
func TestExhausted(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"a socket", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}, true},
		{"a file", &os.PathError{Op: "open", Path: "x", Err: syscall.ENFILE}, true},
		{"memory", fmt.Errorf("fork: %w", syscall.ENOMEM), true},
		{"buffers", errors.Join(errors.New("first"), syscall.ENOBUFS), true},
		{"a question to a name server", &net.DNSError{
			Err:  "dial udp 192.0.2.1:53: socket: too many open files",
			Name: "a.example",
		}, true},
		{"a name that says so", &net.DNSError{Err: "no such host", Name: "too many open files"}, false},
		{"refused", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, false},
		{"no such file", &os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, false},
		{"text alone", errors.New("too many open files"), false},
		{"none", nil, false},
	} {
		if got := Exhausted(tt.err); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
		if got := tt.err != nil && From(tt.err).Kind == Overloaded; got != tt.want {
			t.Errorf("%s: overloaded is %t, want %t", tt.name, got, tt.want)
		}
	}
}
