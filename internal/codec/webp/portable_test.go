//go:build !cgo && nodynamic

package webp

import "imagekit/internal/frame"

// lossyAlpha is the model of lossy pictures with alpha.
const lossyAlpha = frame.YCbCr

// nearLossless says that Settings.Loss is used.
const nearLossless = false
