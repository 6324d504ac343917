//go:build amd64 || arm64

package worker

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// call is a system call that a worker may make.
type call struct {
	number uint32

	// Unless mask is 0: only when the low 32 bits of this argument, under the mask, are as wanted.
	argument, mask, want uint32
}

// What the kernel's verdicts are: the call is made, or it returns an error. None kills: the Go runtime and libc make
// calls of their own at times and can do without them.
const (
	allowed = unix.SECCOMP_RET_ALLOW
	denied  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	absent  = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS) // libc tries an older call
)

// Offsets in struct seccomp_data (seccomp(2)). Both architectures are little-endian.
const (
	offNumber   = 0
	offArch     = 4
	offArgument = 16 // 8 bytes each
)

// x32 is the bit of the numbers of the x32 calls, which share the architecture of amd64. No number of arm64 has it.
const x32 = 0x4000_0000

// filter returns the program that the kernel runs before each system call of a worker.
func filter() ([]bpf.Instruction, error) {
	load := func(offset uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: offset, Size: 4} }
	verdict := func(v uint32) bpf.Instruction { return bpf.RetConstant{Val: v} }
	program := []bpf.Instruction{
		load(offArch),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		verdict(denied),
		load(offNumber),
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: x32, SkipTrue: 1},
		verdict(denied),
		// Its flags are in memory, where no filter can look. With ENOSYS libc takes clone, with EPERM it gives up.
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_CLONE3, SkipTrue: 1},
		verdict(absent),
	}
	for _, c := range calls(uint32(unix.Getpid())) {
		if c.mask == 0 {
			program = append(program,
				bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.number, SkipTrue: 1},
				verdict(allowed),
			)
			continue
		}
		program = append(program,
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.number, SkipTrue: 5},
			load(offArgument+8*c.argument),
			bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: c.mask},
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.want, SkipTrue: 1},
			verdict(allowed),
			load(offNumber), // again: other arguments may be allowed
		)
	}
	return append(program, verdict(denied)), nil
}

// namespaces are the flags of clone(2) that make new ones.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
	unix.CLONE_NEWPID | unix.CLONE_NEWNET

// calls lists all that a worker may ask of the kernel: to use the descriptors it has, memory that is not code, threads,
// time, and signals to itself. pid is its own.
func calls(pid uint32) []call {
	const whole = 0xffff_ffff
	list := []call{
		{number: unix.SYS_CLONE, mask: unix.CLONE_THREAD | namespaces, want: unix.CLONE_THREAD}, // threads, no processes
		{number: unix.SYS_MMAP, argument: 2, mask: unix.PROT_EXEC},
		{number: unix.SYS_MPROTECT, argument: 2, mask: unix.PROT_EXEC},
		// not 100 and 101, which take pages away from the machine
		{number: unix.SYS_MADVISE, argument: 2, mask: ^uint32(31)},
		{number: unix.SYS_MADVISE, argument: 2, mask: ^uint32(1), want: unix.MADV_GUARD_INSTALL}, // and _REMOVE: stacks
		// the Go runtime stops threads so, and abort(3) ends
		{number: unix.SYS_TGKILL, argument: 0, mask: whole, want: pid},
	}
	for _, number := range []uint32{
		unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE, // wire, lifeline, standard error
		unix.SYS_PREAD64, // the Go runtime reads its control group's CPU quota from a descriptor it holds
		unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_CREATE1, unix.SYS_EVENTFD2,
		unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_BRK,
		unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ,
		unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, // sysconf(3): processors
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_GETPID, unix.SYS_GETTID,
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY,
		unix.SYS_RESTART_SYSCALL,
		unix.SYS_GETRANDOM,
		unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	} {
		list = append(list, call{number: number})
	}
	return list
}
