package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/purge"
	"imagekit/internal/cacheadmin"
	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/settings"
)

// cacheCommand is what an operator does with the cache's directory. All of it may be done while servers work in it.
func cacheCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "cache", Usage: "manage the cache directory: verify, stats, prune, purge",
		UsageText: "imagekit cache COMMAND [options]",
		Description: `All of this is safe while servers use the directory, even over a network. It touches only files of
the cache. A running server reports the new size within ten minutes.

Examples:

  imagekit cache stats
  imagekit cache verify --cache-dir /var/cache/imagekit --delete
  imagekit cache prune --older-than 7d`,
		Flags:    settings.Flags("cache-dir"),
		Commands: []*cli.Command{cacheVerify(sys), cacheStats(sys), cachePrune(sys), cachePurge(sys)},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return usagef("cache wants a command: verify, stats, prune or purge (see imagekit cache --help)")
		},
	}
}

// cacheFlags are the flags of all cache commands, behind their own.
func cacheFlags(own ...cli.Flag) []cli.Flag {
	own = append(own, &cli.BoolFlag{Name: "json", Usage: "Print the result as one JSON object.", Local: true})
	return append(own, settings.Flags("cache-dir")...)
}

// openFolder returns the folder that the settings of a command name.
func openFolder(c *cli.Command, sys system) (disk.Folder, error) {
	s, _, err := loadSettings(c, sys)
	if err != nil {
		return disk.Folder{}, err
	}
	f, err := disk.Look(s.CacheDir)
	if err != nil {
		return f, usageError{err}
	}
	return f, nil
}

func cacheVerify(sys system) *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "read every entry and report the damaged ones",
		UsageText: "imagekit cache verify [--delete] [--json]",
		Description: `Each damaged entry is a line on standard output: its file and what is wrong with it. The exit status
is 1 if an entry is damaged or cannot be read. Servers check every entry that they read anyway; this
command shows whether the disk loses data.

Examples:

  imagekit cache verify
  imagekit cache verify --delete --cache-dir /var/cache/imagekit`,
		Flags: cacheFlags(&cli.BoolFlag{
			Name:  "delete",
			Usage: "Remove the damaged entries. They are made again on the next request.", Local: true,
		}),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			f, err := openFolder(c, sys)
			if err != nil {
				return err
			}
			v, err := watched(ctx, sys, "verifying", func(p cacheadmin.Progress) (cacheadmin.Verified, error) {
				return cacheadmin.Verify(ctx, f, c.Bool("delete"), p)
			})
			err = errors.Join(err, report(sys, c, v, verifiedLines(v)...))
			if bad := v.Damaged + v.Unreadable; err == nil && bad > 0 {
				return fmt.Errorf("%d of %d entries are damaged or unreadable", bad, v.Entries)
			}
			return err
		},
	}
}

func cacheStats(sys system) *cli.Command {
	return &cli.Command{
		Name: "stats", Usage: "show how much is in the cache and when it was last used",
		UsageText: "imagekit cache stats [--json]",
		Description: `It counts what is on the disk, for all servers that share it. Hits and misses are in a server's own
/stats/cache. Times of last use are accurate to an hour.

Example:

  imagekit cache stats --cache-dir /var/cache/imagekit`,
		Flags: cacheFlags(),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			f, err := openFolder(c, sys)
			if err != nil {
				return err
			}
			counted, err := watched(ctx, sys, "counting", func(p cacheadmin.Progress) (cacheadmin.Counted, error) {
				return cacheadmin.Count(ctx, f, time.Now(), p)
			})
			if err != nil {
				return err
			}
			return report(sys, c, counted, countedLines(counted)...)
		},
	}
}

func cachePrune(sys system) *cli.Command {
	return &cli.Command{
		Name: "prune", Usage: "remove entries that were not used for a long time",
		UsageText: "imagekit cache prune [--older-than AGE] [--to SIZE] [--json]",
		Description: `With both options, entries older than AGE are removed first. If the cache is still larger than SIZE,
those that were not used for the longest time follow. An entry that is used meanwhile stays.

Examples:

  imagekit cache prune --older-than 7d
  imagekit cache prune --to 5GiB --cache-dir /var/cache/imagekit`,
		Flags: cacheFlags(
			&cli.StringFlag{
				Name: "older-than", Usage: "Remove entries that were not used for this long, for example 7d or 12h.",
				Local: true,
			},
			&cli.StringFlag{
				Name: "to", Usage: "Remove entries until the cache is no larger than this, for example 5GiB.",
				Local: true,
			},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			var p cacheadmin.Pruning
			if err := readFlag(c, "older-than", settings.Age(&p.OlderThan)); err != nil {
				return err
			}
			if err := readFlag(c, "to", settings.Size(&p.To)); err != nil {
				return err
			}
			if p == (cacheadmin.Pruning{}) {
				return usagef("prune wants --older-than AGE or --to SIZE (see imagekit cache prune --help)")
			}
			f, err := openFolder(c, sys)
			if err != nil {
				return err
			}
			pruned, err := watched(ctx, sys, "pruning", func(seen cacheadmin.Progress) (cacheadmin.Pruned, error) {
				return p.Run(ctx, f, time.Now(), seen)
			})
			if err != nil {
				return err
			}
			return report(sys, c, pruned, prunedLine(pruned))
		},
	}
}

// readFlag reads the text of a flag of this command, if it was given.
func readFlag(c *cli.Command, name string, to any) error {
	if !c.IsSet(name) {
		return nil
	}
	if err := (opt.Option{Name: "--" + name, To: to}).Parse(c.String(name)); err != nil {
		return usageError{err}
	}
	return nil
}

func cachePurge(sys system) *cli.Command {
	return &cli.Command{
		Name: "purge", Usage: "forget all results of a source",
		UsageText: "imagekit cache purge [--v V] [--json] URL",
		Description: `URL is the source as you write it after url=, without percent-encoding. Its results in every size
and format, and with every v, are removed. The next request downloads the source again. Results that
a server is making at this moment are not kept. A URL that ends with /* means all sources below it.
Copies in browsers and CDNs stay: to replace them, change v in your URLs.

Examples:

  imagekit cache purge https://example.com/photo.jpg
  imagekit cache purge 'https://example.com/products/*'`,
		Flags: cacheFlags(&cli.StringFlag{Name: "v", Usage: "Forget only the results with this v.", Local: true}),
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return usagef("purge wants one URL, got %d arguments (see imagekit cache purge --help)", c.Args().Len())
			}
			target, err := purge.Read(c.Args().First(), c.String("v"))
			if err != nil {
				return usagef("%s", fault.From(err).Detail)
			}
			f, err := openFolder(c, sys)
			if err != nil {
				return err
			}
			pruned, err := watched(ctx, sys, "looking", func(p cacheadmin.Progress) (cacheadmin.Pruned, error) {
				return cacheadmin.Purge(ctx, f, target, p)
			})
			if err != nil {
				return err
			}
			return report(sys, c, pruned, prunedLine(pruned))
		},
	}
}
