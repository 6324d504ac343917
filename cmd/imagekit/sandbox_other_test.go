//go:build !linux

package main

import "os"

// kernelHas is the conditions "seccomp" and "landlock" of scripts.
func kernelHas(string) (bool, error) { return false, nil }

// without is for kernels that have what it takes away.
func without() { os.Exit(99) }
