//go:build amd64 || arm64

package breakout

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// fork makes a process, which ends at once.
func fork() error {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		for {
			syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	_, err := unix.Wait4(int(pid), nil, 0, nil)
	return err
}

// mapCode asks for memory that can hold code.
func mapCode() error {
	memory, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	return unix.Munmap(memory)
}

// makeCode makes data executable.
func makeCode() error {
	memory, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	err = unix.Mprotect(memory, unix.PROT_READ|unix.PROT_EXEC)
	if e := unix.Munmap(memory); err == nil {
		err = e
	}
	return err
}

func processAttempts() []attempt {
	parent := uintptr(unix.Getppid())
	return []attempt{
		{"exec", func() error { return unix.Exec("/nonexistent/imagekit", nil, nil) }},
		call("exec a descriptor", unix.SYS_EXECVEAT, bad),
		{"fork", fork},
		call("fork with clone3", unix.SYS_CLONE3),
		call("make a namespace", unix.SYS_UNSHARE, unix.CLONE_NEWUSER|unix.CLONE_NEWNET),
		call("enter a namespace", unix.SYS_SETNS, bad),
		call("trace the server", unix.SYS_PTRACE, unix.PTRACE_PEEKDATA, parent),
		call("read the server's memory", unix.SYS_PROCESS_VM_READV, parent),
		call("write to the server's memory", unix.SYS_PROCESS_VM_WRITEV, parent),
		call("get a handle of the server", unix.SYS_PIDFD_OPEN, parent),
		call("take a descriptor of the server", unix.SYS_PIDFD_GETFD, bad),
		call("compare with the server", unix.SYS_KCMP, parent, parent),
		call("signal the server (kill)", unix.SYS_KILL, parent),
		call("signal the server (tgkill)", unix.SYS_TGKILL, parent, parent),
		call("signal the server (tkill)", unix.SYS_TKILL, parent),
		call("signal the server (queue)", unix.SYS_RT_SIGQUEUEINFO, parent),
		call("limit the server", unix.SYS_PRLIMIT64, parent, unix.RLIMIT_NOFILE),
		{"raise its own limits", func() error {
			return unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1024, Max: 1024}, nil)
		}},
		{"map memory for code", mapCode},
		{"make data executable", makeCode},
		call("declare memory broken", unix.SYS_MADVISE, 1, 0, unix.MADV_HWPOISON), // at no page
		call("change its user", unix.SYS_SETRESUID, bad, bad, bad),
		call("change its capabilities", unix.SYS_CAPSET),
		call("become dumpable", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1),
		call("change its personality", unix.SYS_PERSONALITY, 0xffff_ffff),
		call("change its priority", unix.SYS_SETPRIORITY, 99),
		call("choose its processors", unix.SYS_SCHED_SETAFFINITY),
	}
}

func socketAttempts() []attempt {
	return []attempt{
		socket("socket (IPv4)", unix.AF_INET, unix.SOCK_STREAM),
		socket("socket (IPv6)", unix.AF_INET6, unix.SOCK_DGRAM),
		socket("socket (Unix)", unix.AF_UNIX, unix.SOCK_STREAM),
		socket("socket (netlink)", unix.AF_NETLINK, unix.SOCK_RAW),
		socket("socket (packets)", unix.AF_PACKET, unix.SOCK_RAW),
		call("pair of sockets", unix.SYS_SOCKETPAIR, bad),
		call("connect", unix.SYS_CONNECT, bad),
		call("bind", unix.SYS_BIND, bad),
		call("listen", unix.SYS_LISTEN, bad),
		call("accept", unix.SYS_ACCEPT4, bad),
		call("send descriptors (sendmsg)", unix.SYS_SENDMSG, bad),
		call("receive descriptors (recvmsg)", unix.SYS_RECVMSG, bad),
		call("send to an address", unix.SYS_SENDTO, bad),
	}
}

func kernelAttempts() []attempt {
	return []attempt{
		call("io_uring", unix.SYS_IO_URING_SETUP),
		call("userfaultfd", unix.SYS_USERFAULTFD, bad),
		call("bpf", unix.SYS_BPF, bad),
		call("perf_event_open", unix.SYS_PERF_EVENT_OPEN),
		call("keyctl", unix.SYS_KEYCTL, bad),
		call("add_key", unix.SYS_ADD_KEY),
		call("load a module", unix.SYS_FINIT_MODULE, bad),
		call("shared memory", unix.SYS_SHMGET),
		call("message queue", unix.SYS_MQ_OPEN),
		call("read the kernel's log", unix.SYS_SYSLOG, 10),
		call("another filter", unix.SYS_SECCOMP, bad),
	}
}
