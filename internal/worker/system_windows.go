package worker

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// executable names the running binary by its path.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// prepareLaunch has nothing to do here.
func prepareLaunch() error { return nil }

// memoryCounters is PROCESS_MEMORY_COUNTERS.
type memoryCounters struct {
	size, pageFaults         uint32
	peakResident, resident   uintptr
	peakPaged, paged         uintptr
	peakNonPaged, nonPaged   uintptr
	committed, peakCommitted uintptr
}

var processMemory = windows.NewLazySystemDLL("kernel32.dll").NewProc("K32GetProcessMemoryInfo")

// resident returns the working set of a process in bytes, 0 when it cannot be told.
func resident(pid int) int64 {
	if processMemory.Find() != nil {
		return 0
	}
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return 0
	}
	defer windows.CloseHandle(h)
	m := memoryCounters{size: uint32(unsafe.Sizeof(memoryCounters{}))}
	if ok, _, _ := processMemory.Call(uintptr(h), uintptr(unsafe.Pointer(&m)), uintptr(m.size)); ok == 0 {
		return 0
	}
	return int64(m.resident)
}
