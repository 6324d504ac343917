package settings

import (
	"log/slog"
	"strings"

	"imagekit/internal/opt"
)

// rustLevel reads RUST_LOG, a comma list of "level" and "target=level" as Rust's env_logger writes it, so that a
// deployment guide written for that keeps working. The target imagekit wins over a bare level, other targets are
// ignored, and what cannot be read is a warning. Without a level that applies it returns otherwise.
func rustLevel(otherwise slog.Level, text string) (l slog.Level, warnings []string) {
	l = otherwise
	own := false
	for directive := range strings.SplitSeq(text, ",") {
		target, word, hasTarget := strings.Cut(strings.TrimSpace(directive), "=")
		if !hasTarget {
			target, word = "", target
		}
		if target == "" && word == "" {
			continue
		}
		if target == "" && word == "imagekit" { // a target without a level logs everything
			target, word = word, "trace"
		}
		got, ok := rustLevels[strings.ToLower(word)]
		switch {
		case !ok:
			warnings = append(warnings, (&opt.Error{
				Name: "RUST_LOG", Value: directive, Want: "level or target=level with one of trace, debug, info, warn, " +
					"error, off",
			}).Error())
		case target == "imagekit":
			l, own = got, true
		case target == "" && !own:
			l = got
		}
	}
	return l, warnings
}

var rustLevels = map[string]slog.Level{
	"trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn,
	"error": slog.LevelError, "off": slog.LevelError,
}
