package dialect

import "imagekit/internal/format"

// QualityOffsets are what other servers' quality numbers of a format, which are the encoder's own, lie above those of JPEG
// that look alike: imgproxy's defaults are 80 for JPEG, 79 for WebP and 63 for AVIF.
var QualityOffsets = map[format.Format]int{format.JPEG: 0, format.WebP: 1, format.AVIF: 17}

// Quality returns the number on the scale of JPEG for an encoder's own.
func Quality(f format.Format, own int) uint8 { return uint8(min(100, own+QualityOffsets[f])) }
