//go:build cgo

package docs

// alike is the least PSNR, in dB, of what is kept and what is made today.
const alike = 42
