package main

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/urfave/cli/v3"

	"imagekit/internal/engine"
)

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
			fmt.Fprintf(sys.out, "imagekit %s\ncommit %s\n%s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			libraries := engine.Versions()
			for _, name := range slices.Sorted(maps.Keys(libraries)) {
				fmt.Fprintf(sys.out, "%s %s\n", name, libraries[name])
			}
			return nil
		},
	}
}
