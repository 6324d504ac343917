package render

import (
	"os"
	"syscall"
)

// mapped returns a copy of data in pages of its own, outside the heap. It must not be empty.
func mapped(data []byte) ([]byte, error) {
	pages, err := syscall.Mmap(-1, 0, len(data), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	copy(pages, data)
	return pages, nil
}

// unmap gives the pages back. Nothing may point to them any more.
func unmap(pages []byte) {
	if err := syscall.Munmap(pages); err != nil {
		panic(os.NewSyscallError("munmap", err)) // they were mapped here, so the bookkeeping is wrong
	}
}

// pageBytes returns what n bytes take when they are mapped.
func pageBytes(n int) int64 {
	page := os.Getpagesize()
	return int64((n + page - 1) / page * page)
}
