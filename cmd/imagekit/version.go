package main

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/urfave/cli/v3"

	"imagekit/internal/engine"
)

// version is the newest release in CHANGELOG.md. It is declared here alone, for every way to build; what was built
// after the release is told by its commit.
var version = "1.0.0"

// commit is set by the Makefile. "go build" in a clone of the repository leaves it to Go.
var commit string

func versionCommand(sys system) *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the versions of imagekit and of every library it decodes and encodes with",
		UsageText:   "imagekit version",
		Description: "Example:\n\n  imagekit version",
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return printVersion(sys)
		},
	}
}

func printVersion(sys system) error {
	fmt.Fprintf(sys.out, "imagekit %s\ncommit %s\n%s %s/%s\n", version, builtFrom(), runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
	libraries := engine.Versions()
	for _, name := range slices.Sorted(maps.Keys(libraries)) {
		fmt.Fprintf(sys.out, "%s %s\n", name, libraries[name])
	}
	return nil
}

// builtFrom names the commit of the sources, with -dirty when they were changed, as git describe does.
func builtFrom() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 7)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	return revision + dirty
}
