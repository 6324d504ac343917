//go:build !cgo

package docs

// alike is the least PSNR, in dB, of what is kept and what the engine without C makes of it.
const alike = 34
