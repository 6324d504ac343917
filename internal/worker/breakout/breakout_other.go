//go:build !linux || (!amd64 && !arm64)

package breakout

func tryAll() []Attempt { return nil }
