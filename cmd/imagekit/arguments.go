package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"imagekit/internal/addressing"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/settings"
)

// readArguments tells the arguments of transform apart. Mistakes that would make files in odd places are refused:
// parameters in several arguments, for example, would make a folder named w=640.
func readArguments(args []string) (in []string, out, text string, err error) {
	const see = "(see imagekit transform --help)"
	switch last := len(args) - 1; {
	case len(args) == 0:
		return nil, "", "", usagef("transform wants IN... OUT PARAMETERS, got no arguments %s", see)
	case last >= 1 && isParameters(args[last]) && isParameters(args[last-1]):
		return nil, "", "", usagef("the parameters are one argument, got %s and %s, want '%s&%s'",
			opt.Quote(args[last-1]), opt.Quote(args[last]), args[last-1], args[last])
	case len(args) < 3 && isParameters(args[last]):
		return nil, "", "", usagef("transform wants IN... OUT PARAMETERS, got no output before %s, want for example: "+
			"imagekit transform photo.jpg small.webp 'w=640' %s", opt.Quote(args[last]), see)
	case len(args) < 3:
		return nil, "", "", usagef("transform wants IN... OUT PARAMETERS, got no parameters, want for example: "+
			"imagekit transform photo.jpg small.webp 'w=640', or '' for none %s", see)
	}
	in, out, text = args[:len(args)-2], args[len(args)-2], args[len(args)-1]
	for _, arg := range args[:len(args)-1] {
		if isParameters(arg) {
			return nil, "", "", usagef("the parameters are the last argument, got %s before %s", opt.Quote(arg),
				opt.Quote(text))
		}
	}
	return in, out, text, nil
}

// isParameters reports whether an argument is meant as parameters: it begins with the name of one and "=", and is no
// file or folder.
func isParameters(arg string) bool {
	name, _, found := strings.Cut(arg, "=")
	if !found {
		return false
	}
	for _, o := range new(param.Request).Options() {
		if o.Name == name {
			_, err := os.Lstat(arg)
			return err != nil
		}
	}
	return false
}

// readParams parses the parameters and settles the format: f, else the extension of the output, else the default.
func readParams(text, out string, s *settings.Settings) (param.Params, format.Format, error) {
	var p param.Params
	if err := s.ReadPresets(); err != nil {
		return p, 0, usageError{err}
	}
	query, err := param.Split(text)
	if err == nil {
		p, err = addressing.New(addressing.Config{Presets: s.PresetList}).Params(query)
	}
	if err != nil {
		return p, 0, usagef("parameters %s: %s", opt.Quote(text), fault.From(err).Detail)
	}
	f, err := chooseFormat(p.Format, out, s.DefaultFormat)
	if err != nil {
		return p, 0, err
	}
	if f == format.Auto {
		return p, 0, usagef("f=auto needs a browser, want f to be one of %v", s.AllowedFormats)
	}
	if err := checkAllowed(f, s); err != nil {
		return p, 0, err
	}
	if err := plan.Check(p, f, limits(s)); err != nil {
		return p, 0, usagef("parameters %s: %s", opt.Quote(text), fault.From(err).Detail)
	}
	return p, f, nil
}

// chooseFormat returns the format that was asked for (Unknown: none was), else the one that the extension of the output
// names, else otherwise. What the two say must agree.
func chooseFormat(asked format.Format, out string, otherwise format.Format) (format.Format, error) {
	ext := strings.ToLower(filepath.Ext(out))
	named := format.ByExt(ext)
	switch {
	case asked == format.Unknown && ext == "":
		return otherwise, nil
	case asked == format.Unknown && !named.Writes():
		return 0, usagef("%s: %s cannot be written, want an extension or f of %v", out, ext, format.Outputs())
	case asked == format.Unknown:
		return named, nil
	case asked == format.Auto:
		return asked, nil // refused by the caller, in other words
	case named != format.Unknown && named != asked:
		return 0, usagef("%s: the extension and f=%v contradict each other, want %s", out, asked,
			strings.TrimSuffix(out, filepath.Ext(out))+asked.Ext())
	}
	return asked, nil
}

// checkAllowed refuses an output format that the settings do not allow.
func checkAllowed(f format.Format, s *settings.Settings) error {
	if f == format.JSON || slices.Contains(s.AllowedFormats, f) {
		return nil
	}
	return usagef("f: got %s, want one of %v (IMAGEKIT_ALLOWED_FORMATS)", f, s.AllowedFormats)
}
