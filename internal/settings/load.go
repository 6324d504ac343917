package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"imagekit/internal/format"
	"imagekit/internal/opt"
)

// Host is what settings take from the machine and the process they are for.
type Host struct {
	Env      func(name string) string
	Environ  []string // all of the environment, NAME=VALUE each, to find misspelt settings; nil: nobody looks
	Terminal bool     // logs go to a terminal
	Memory   int64    // bytes of RAM, or of the cgroup's limit; see Memory
	CPUs     int      // that this process may use
	Version  string   // of this program
	CacheDir string   // where this system keeps caches; "" = in the current directory
	// Inherited: the socket to listen on was passed in, and nobody knows who can reach it.
	Inherited bool
}

// Load reads every setting: a flag beats the environment beats the default, and an empty value counts as unset.
// flag returns what was given for a flag, "" for nothing. Load reports all that is wrong, not only the first, each
// by the name it was given by, its value and what was wanted. The Settings can be asked for Secrets even then, so
// that those are reported too.
func Load(flag func(name string) string, host Host) (s *Settings, warnings []string, err error) {
	s = &Settings{named: map[string]string{}, inherited: host.Inherited}
	var wrong []error
	for _, o := range s.options() {
		if err := s.read(o, flag, host.Env); err != nil {
			wrong = append(wrong, err)
		}
	}
	if !s.given("IMAGEKIT_LOG") {
		s.Log, warnings = rustLevel(s.Log, host.Env("RUST_LOG"))
	}
	wrong = append(wrong, s.unknown(host.Environ)...)
	s.compute(host)
	wrong = append(wrong, s.check()...)
	return s, warnings, errors.Join(wrong...)
}

// read sets one option from the first of flag, environment and default that has a value.
func (s *Settings) read(o opt.Option, flag, env func(string) string) error {
	if name := flagName(o); name != "" {
		if value := flag(name); value != "" {
			return s.set(o, "--"+name, value)
		}
	}
	if value := env(o.Name); value != "" {
		return s.set(o, o.Name, value)
	}
	if o.Default == "" {
		return nil
	}
	return o.Parse(o.Default)
}

func (s *Settings) set(o opt.Option, name, value string) error {
	s.named[o.Name] = name
	o.Name = name // errors name what the operator wrote
	return o.Parse(value)
}

// given reports whether a flag or a variable set the option.
func (s *Settings) given(option string) bool { return s.named[option] != "" }

// name returns how the operator set the option: the flag or the variable.
func (s *Settings) name(option string) string { return cmp.Or(s.named[option], option) }

// compute fills in the defaults that depend on the host and on other settings.
func (s *Settings) compute(host Host) {
	if !s.given("IMAGEKIT_SAMPLES") {
		s.Samples = s.reach() == ""
	}
	if !s.given("IMAGEKIT_LOG_FORMAT") {
		s.LogText = host.Terminal
	}
	s.CacheDir = cmp.Or(s.CacheDir, host.CacheDir, "./cache")
	s.UserAgent = cmp.Or(s.UserAgent, "ImageKit/"+host.Version)
	s.Workers = cmp.Or(s.Workers, host.CPUs, 1)
	s.Memory = cmp.Or(s.Memory, host.Memory/2, fallbackMemory)
}

// check refuses settings that contradict each other.
func (s *Settings) check() []error {
	var wrong []error
	if s.DefaultFormat != format.Auto && s.DefaultFormat != format.Unknown && len(s.AllowedFormats) > 0 &&
		!slices.Contains(s.AllowedFormats, s.DefaultFormat) {
		wrong = append(wrong, &opt.Error{
			Name: s.name("IMAGEKIT_DEFAULT_FORMAT"), Value: s.DefaultFormat.String(),
			Want: "auto or one of " + s.name("IMAGEKIT_ALLOWED_FORMATS") + " (" + formats(&s.AllowedFormats).String() + ")",
		})
	}
	if s.FetchBytes != 0 && s.FetchBytes < s.MaxInputSize {
		wrong = append(wrong, &opt.Error{
			Name: s.name("IMAGEKIT_FETCH_BYTES"), Value: (*size)(&s.FetchBytes).String(),
			Want: "at least " + s.name("IMAGEKIT_MAX_INPUT_SIZE") + " (" + (*size)(&s.MaxInputSize).String() + ")",
		})
	}
	if s.LocalRoot != "" && s.BaseURL != "" {
		wrong = append(wrong, fmt.Errorf("%s and %s are both set, want one of them: sources that are a path alone lie below it",
			s.name("IMAGEKIT_LOCAL_ROOT"), s.name("IMAGEKIT_BASE_URL")))
	}
	return append(wrong, s.checkForms()...)
}
