package main

import (
	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/settings"
)

// pathSigner signs the paths of another server.
type pathSigner interface {
	// Sign returns the signed form of a path that has no signature. It fails when the server would refuse the path.
	Sign(path string) (string, error)
}

// signing returns who signs in a dialect.
func signing(name string, s *settings.Settings, secrets settings.Secrets) (pathSigner, error) {
	switch name {
	case "imgproxy":
		return newImgproxy(s, secrets)
	case "thumbor":
		return newThumbor(s, secrets)
	case "imagor":
		return newImagor(s, secrets)
	}
	return nil, usagef("--dialect: got %s, want imgproxy, thumbor or imagor", opt.Quote(name))
}

// publicText returns what a fault says to the one who asks.
func publicText(err error) string {
	if f := fault.From(err); f.Kind != fault.Internal {
		return f.Detail
	}
	return err.Error()
}
