//go:build cgo

package webp

import "imagekit/internal/frame"

// lossyAlpha is the model of lossy pictures with alpha.
const lossyAlpha = frame.RGB

// nearLossless says that Settings.Loss is used.
const nearLossless = true
