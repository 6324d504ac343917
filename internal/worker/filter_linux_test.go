//go:build amd64 || arm64

package worker

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// TestFilter runs the program as the kernel does, also for calls that no test could make on this machine.
func TestFilter(t *testing.T) {
	program, err := filter()
	if err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	pid := uint64(unix.Getpid())
	for _, tt := range []struct {
		name   string
		arch   uint32
		number uint32
		args   [6]uint64
		want   uint32
	}{
		{"read", auditArch, unix.SYS_READ, [6]uint64{3}, allowed},
		{"the last of the list", auditArch, unix.SYS_EXIT_GROUP, [6]uint64{}, allowed},
		{"open", auditArch, unix.SYS_OPENAT, [6]uint64{}, denied},
		{"beyond all calls", auditArch, 5000, [6]uint64{}, denied},
		{"other architecture", unix.AUDIT_ARCH_I386, unix.SYS_READ, [6]uint64{}, denied},
		{"x32", auditArch, 1<<30 | unix.SYS_READ, [6]uint64{}, denied},
		{"all bits", auditArch, 0xffff_ffff, [6]uint64{}, denied},
		{"thread", auditArch, unix.SYS_CLONE, [6]uint64{unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD}, allowed},
		{"process", auditArch, unix.SYS_CLONE, [6]uint64{uint64(unix.SIGCHLD)}, denied},
		{"thread in a namespace", auditArch, unix.SYS_CLONE, [6]uint64{unix.CLONE_THREAD | unix.CLONE_NEWUSER}, denied},
		{"clone3", auditArch, unix.SYS_CLONE3, [6]uint64{}, absent},
		{"data", auditArch, unix.SYS_MMAP, [6]uint64{0, 4096, unix.PROT_READ | unix.PROT_WRITE}, allowed},
		{"code", auditArch, unix.SYS_MMAP, [6]uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, denied},
		{"code later", auditArch, unix.SYS_MPROTECT, [6]uint64{0, 4096, unix.PROT_EXEC}, denied},
		{"memory back", auditArch, unix.SYS_MADVISE, [6]uint64{0, 4096, unix.MADV_DONTNEED}, allowed},
		{"guard page", auditArch, unix.SYS_MADVISE, [6]uint64{0, 4096, unix.MADV_GUARD_INSTALL}, allowed},
		{"broken memory", auditArch, unix.SYS_MADVISE, [6]uint64{0, 4096, unix.MADV_HWPOISON}, denied},
		{"signal to itself", auditArch, unix.SYS_TGKILL, [6]uint64{pid, 1, 6}, allowed},
		{"signal to another", auditArch, unix.SYS_TGKILL, [6]uint64{pid + 1, 1, 6}, denied},
	} {
		// struct seccomp_data, every 32-bit word in the byte order of the VM.
		data := make([]byte, 64)
		binary.BigEndian.PutUint32(data[offNumber:], tt.number)
		binary.BigEndian.PutUint32(data[offArch:], tt.arch)
		for i, a := range tt.args {
			binary.BigEndian.PutUint32(data[offArgument+8*i:], uint32(a))
			binary.BigEndian.PutUint32(data[offArgument+8*i+4:], uint32(a>>32))
		}
		got, err := vm.Run(data)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if uint32(got) != tt.want {
			t.Errorf("%s: got %#x, want %#x", tt.name, got, tt.want)
		}
	}
}
