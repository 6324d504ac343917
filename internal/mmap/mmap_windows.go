package mmap

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Map returns n bytes of zeros, n > 0, in pages of their own. They take no memory before they are written to.
func Map(n int) ([]byte, error) {
	at, err := windows.VirtualAlloc(0, uintptr(n), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return nil, os.NewSyscallError("VirtualAlloc", err)
	}
	// Not unsafe.Pointer(at): vet wants pointers that come from pointers, and this one is none of Go's.
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), n), nil
}

// Unmap gives the pages of Map back, of the same slice. Nothing may point to them any more.
func Unmap(pages []byte) {
	if err := windows.VirtualFree(uintptr(unsafe.Pointer(unsafe.SliceData(pages))), 0, windows.MEM_RELEASE); err != nil {
		panic(os.NewSyscallError("VirtualFree", err)) // they were mapped here, so the bookkeeping is wrong
	}
}
