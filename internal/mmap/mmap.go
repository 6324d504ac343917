// Package mmap lends memory outside the heap: the garbage collector neither looks at it nor grows with it.
package mmap

import "os"

// Size returns what n bytes take when they are mapped.
func Size(n int) int64 {
	page := os.Getpagesize()
	return int64((n + page - 1) / page * page)
}
