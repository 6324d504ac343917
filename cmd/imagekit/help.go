package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v3"
)

// helpWidth is the longest line of the help in characters.
const helpWidth = 100

// withHelp gives a command the text of its --help.
func withHelp(c *cli.Command) *cli.Command {
	const template = "{{.Metadata.help}}"
	c.CustomHelpTemplate, c.CustomRootCommandHelpTemplate = template, template
	c.Metadata = map[string]any{"help": helpText(c)}
	return c
}

// helpText says what a command does, how it is called, and which options it takes, in the order of its list.
func helpText(c *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n\nUsage: %s\n\n%s\n", c.Name, c.Usage, c.UsageText, c.Description)
	if len(c.Commands) > 0 {
		b.WriteString("\nCommands:\n\n")
		for _, sub := range c.VisibleCommands() {
			fmt.Fprintf(&b, "  %-12s %s\n", sub.Name, sub.Usage)
		}
	}
	group := ""
	for _, f := range c.Flags {
		if g := cmp.Or(f.(cli.CategorizableFlag).GetCategory(), "Options"); g != group {
			group = g
			fmt.Fprintf(&b, "\n%s:\n", group)
		}
		writeFlag(&b, f)
	}
	return b.String()
}

// writeFlag writes the name of a flag and, under it, all that is known of it.
func writeFlag(b *strings.Builder, f cli.Flag) {
	const indent = "      "
	about := f.(cli.DocGenerationFlag)
	fmt.Fprintf(b, "\n  --%s%s\n", f.Names()[0], placeholder(f))
	text := about.GetUsage()
	if d := about.GetDefaultText(); d != "" {
		text += " Default: " + d + "."
	}
	if env := about.GetEnvVars(); len(env) > 0 {
		text += " Environment: " + strings.Join(env, ", ") + "."
	}
	for line := range wrap(text, helpWidth-len(indent)) {
		b.WriteString(indent + line + "\n")
	}
}

// placeholder stands for the value of a flag, if it needs one.
func placeholder(f cli.Flag) string {
	switch f := f.(type) {
	case *cli.BoolFlag:
		return ""
	case *cli.GenericFlag: // asked itself, it knows only while it is parsed
		if s, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && s.IsBoolFlag() {
			return ""
		}
	}
	return " VALUE"
}

// wrap breaks a text between words into lines of at most width characters. A longer word has a line of its own.
func wrap(text string, width int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		line := ""
		for word := range strings.FieldsSeq(text) {
			switch {
			case line == "":
				line = word
			case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
				line += " " + word
			case !yield(line):
				return
			default:
				line = word
			}
		}
		if line != "" {
			yield(line)
		}
	}
}

// helpCommand is "imagekit help sign" for those who do not try --help.
func helpCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "show the help of a command", UsageText: "imagekit help [COMMAND]",
		Description: "Example:\n\n  imagekit help transform",
		Action: func(_ context.Context, c *cli.Command) error {
			about := c.Root()
			for _, name := range c.Args().Slice() {
				below := about.Command(name)
				switch {
				case below == nil && len(about.Commands) == 0:
					return usagef("help wants one command, got %q (see imagekit --help)", c.Args().Slice())
				case below == nil:
					return unknownCommand(about, name)
				}
				about = below
			}
			_, err := fmt.Fprint(sys.out, about.Metadata["help"])
			return err
		},
	}
}

// noArguments refuses what a command does not take; for one with commands below it that is a misspelt one.
func noArguments(c *cli.Command) error {
	switch {
	case !c.Args().Present():
		return nil
	case len(c.Commands) > 0:
		return unknownCommand(c, c.Args().First())
	}
	return usagef("%s takes no arguments, got %q (see %s --help)", c.Name, c.Args().First(), c.FullName())
}

// unknownCommand refuses a name that no command below c has.
func unknownCommand(c *cli.Command, name string) error {
	return usagef("unknown command %q%s (see %s --help)", name, didYouMean(name, cli.SuggestCommand(c.Commands, name)), c.FullName())
}

// onUsageError answers a command line that cli could not read. Its error does not tell an unknown flag from other
// mistakes, so the arguments are looked at again.
func onUsageError(args []string) cli.OnUsageErrorFunc {
	return func(_ context.Context, c *cli.Command, err error, _ bool) error {
		flag := unknownFlag(c, args[1:])
		if flag == "" {
			return usagef("%w (see %s --help)", err, c.FullName())
		}
		name := strings.TrimLeft(flag, "-")
		hint := didYouMean(name, cli.SuggestFlag(c.Flags, name, true))
		if c.Root().Command(name) != nil {
			hint = fmt.Sprintf("; did you mean %q?", "imagekit "+name)
		}
		return usagef("unknown flag %s%s (see %s --help)", flag, hint, c.FullName())
	}
}

// unknownFlag returns the first flag among the arguments that its command does not know, "" when there is none: the
// root before the name of c, c after it.
func unknownFlag(c *cli.Command, args []string) string {
	command := c.Root()
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		if args[i] == c.Name {
			command = c
		}
		flag, _, withValue := strings.Cut(args[i], "=")
		name := strings.TrimLeft(flag, "-")
		if name == "" || flag[0] != '-' {
			continue
		}
		known := slices.IndexFunc(command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
		if known < 0 {
			return flag
		}
		if !withValue && placeholder(command.Flags[known]) != "" {
			i++ // its value, whatever that looks like
		}
	}
	return ""
}

// didYouMean offers the name that is nearest to what was given. cli always finds one; it is no more than a guess when
// not even the first letter is the same.
func didYouMean(given, nearest string) string {
	start := strings.TrimLeft(nearest, "-")
	if start == "" || given[0] != start[0] {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
}
