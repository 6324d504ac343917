package param

import "imagekit/internal/source"

// sourceValue is the source URL of a request; it is normalised when it is set.
type sourceValue struct{ to *string }

func (s sourceValue) String() string { return *s.to }

func (s sourceValue) Set(raw string) error {
	normal, err := source.Normal(raw)
	if err == nil {
		*s.to = normal
	}
	return err
}

func (sourceValue) Want() string { return source.Want() + ", or /PATH" }
