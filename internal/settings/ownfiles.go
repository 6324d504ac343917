package settings

import "time"

// The largest file and the most pixels that the engine takes at all.
const (
	maxFile   = 1 << 30
	maxPixels = 1_000_000_000
	maxFrames = 10_000
)

// OwnFiles lifts the limits that keep strangers from using up a server, unless a flag or a variable set them: for files
// of whoever started the program. The limit on memory stays: it is that of the machine.
func (s *Settings) OwnFiles() {
	if !s.given("IMAGEKIT_MAX_INPUT_SIZE") {
		s.MaxInputSize = maxFile
	}
	if !s.given("IMAGEKIT_SOURCE_FORMATS") {
		s.SourceFormats = nil // every one
	}
	if !s.given("IMAGEKIT_MAX_PIXELS") {
		s.MaxPixels = maxPixels
	}
	if !s.given("IMAGEKIT_MAX_FRAMES") {
		s.MaxFrames = maxFrames
	}
	if !s.given("IMAGEKIT_MAX_FRAME_PIXELS") {
		s.MaxFramePixels = 2 * maxPixels
	}
	if !s.given("IMAGEKIT_MAX_OUTPUT_PIXELS") {
		s.MaxOutputPixels = maxPixels
	}
	if !s.given("IMAGEKIT_REQUEST_TIMEOUT") {
		s.RequestTimeout = 24 * time.Hour
	}
}
