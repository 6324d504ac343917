//go:build unix

// Command rig tries to break the real program, for minutes where tests take seconds, and prints what it found beside
// what is demanded. One rig: make rig-corpus CORPUS=dir, or go run ./rig corpus -h.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// rig is one way to try.
type rig struct {
	name string
	doc  string
	run  func(ctx context.Context, args []string) error
}

var rigs = []rig{
	{"corpus", "every file of a folder to every format", corpus},
	{"origin", "five hundred requests at once to origins that misbehave", evil},
	{"mutate", "thirteen defences broken on purpose: does a test notice?", mutate},
	{"entries", "a cache of a million entries: start, memory, hits", entries},
	{"load", "stampede, overload, ten thousand connections, SIGTERM under load", load},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) > 0 {
		for _, r := range rigs {
			if r.name == args[0] {
				return r.run(ctx, args[1:])
			}
		}
	}
	var list strings.Builder
	for _, r := range rigs {
		fmt.Fprintf(&list, "\n  %-8s %s", r.name, r.doc)
	}
	return fmt.Errorf("want the name of a rig, got %q:%s", args, list.String())
}

// flags returns the flags that every rig has.
func flags(name string) (set *flag.FlagSet, binary *string) {
	set = flag.NewFlagSet(name, flag.ExitOnError)
	return set, set.String("binary", "bin/imagekit", "the program to try")
}

// verdict prints one line: what was measured, what is demanded, and whether it holds. It returns whether it does.
func verdict(ok bool, what, got, want string) bool {
	word := "ok    "
	if !ok {
		word = "MISSED"
	}
	fmt.Printf("%s  %-44s %-28s wanted: %s\n", word, what, got, want)
	return ok
}
