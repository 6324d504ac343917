//go:build unix

package mmap

import (
	"os"

	"golang.org/x/sys/unix"
)

// Map returns n bytes of zeros, n > 0, in pages of their own. They take no memory before they are written to.
func Map(n int) ([]byte, error) {
	pages, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return pages, nil
}

// Unmap gives the pages of Map back, of the same slice. Nothing may point to them any more.
func Unmap(pages []byte) {
	if err := unix.Munmap(pages); err != nil {
		panic(os.NewSyscallError("munmap", err)) // they were mapped here, so the bookkeeping is wrong
	}
}
