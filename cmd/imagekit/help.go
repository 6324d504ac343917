package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v3"

	"imagekit/internal/completion"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// helpWidth is the longest line of the help in characters.
const helpWidth = 100

// helpLines is how many lines of help fit on a screen. What is longer names its options and tells where to read on.
const helpLines = 40

// What "--help TOPIC" may show besides the help of a command.
const (
	topicParameters = "parameters"
	topicSettings   = "settings"
)

// What the Metadata of a command holds: the text of its help, and what a command itself adds to that on its settings.
const (
	metaHelp = "help"
	metaMore = "more"
)

// withHelp gives a command the text of its --help.
func withHelp(c *cli.Command) *cli.Command {
	const template = "{{.Metadata." + metaHelp + "}}"
	c.CustomHelpTemplate, c.CustomRootCommandHelpTemplate = template, template
	c.Metadata = map[string]any{metaHelp: helpText(c), topicSettings: settingsHelp(c)}
	return c
}

// helpText says what a command does, how it is called, and which options it takes, in the order of its list.
func helpText(c *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n\nUsage: %s\n\n%s\n", c.Name, c.Usage, c.UsageText, c.Description)
	if len(c.Commands) > 0 {
		b.WriteString("\nCommands:\n")
		for _, sub := range c.VisibleCommands() {
			fmt.Fprintf(&b, "  %-12s %s\n", sub.Name, sub.Usage)
		}
	}
	full := settingsHelp(c)
	if lines := strings.Count(b.String()+full, "\n"); lines <= helpLines {
		return b.String() + full
	}
	shortHelp(&b, c)
	return b.String()
}

// group is the heading of a flag: settings have one each, flags of a command have none.
func group(f cli.Flag) string { return cmp.Or(f.(cli.CategorizableFlag).GetCategory(), "Options") }

// settingsHelp says all that is known of the options of a command.
func settingsHelp(c *cli.Command) string {
	var b strings.Builder
	last := ""
	for _, f := range c.Flags {
		if g := group(f); g != last {
			last = g
			fmt.Fprintf(&b, "\n%s:\n", g)
		}
		writeFlag(&b, f)
	}
	more, _ := c.Metadata[metaMore].(string)
	return b.String() + more
}

// shortHelp names the options of a command, and explains its own.
func shortHelp(b *strings.Builder, c *cli.Command) {
	fmt.Fprintf(b, "\nOptions (explained by: %s --help %s):\n", fullName(c), topicSettings)
	last, names := "", ""
	flush := func() {
		const indent = "  "
		for line := range wrap(names, helpWidth-len(indent)) {
			b.WriteString(indent + line + "\n")
		}
		names = ""
	}
	for _, f := range c.Flags {
		if g := group(f); g != last {
			flush()
			last, names = g, g+":"
		}
		names += " --" + f.Names()[0]
	}
	flush()
}

// fullName is how a command is called. That of its parents is not known yet when the help is made.
func fullName(c *cli.Command) string {
	call, _, _ := strings.Cut(c.UsageText, " [")
	return call
}

// parametersHelp lists the parameters of /img, or those that a local file has.
func parametersHelp(options []opt.Option) string {
	var b strings.Builder
	b.WriteString("The parameters of /img, joined by &: 'w=320&h=240&fit=cover'\n")
	last := ""
	for _, o := range options {
		if o.Group != last {
			last = o.Group
			fmt.Fprintf(&b, "\n%s:\n\n", o.Group)
		}
		text := strings.ReplaceAll(o.Doc+" Takes "+wantText(o)+".", "`", "")
		if d := o.DefaultText(); d != "" {
			text += " Default: " + strings.ReplaceAll(d, "`", "") + "."
		}
		name := fmt.Sprintf("  %-5s ", o.Name)
		for line := range wrap(text, helpWidth-len(name)) {
			b.WriteString(name + line + "\n")
			name = strings.Repeat(" ", len(name))
		}
	}
	return b.String()
}

// wantText says what a parameter takes; sig, which is read elsewhere, says it in its description.
func wantText(o opt.Option) string {
	if o.To == nil {
		return "text"
	}
	return o.Want()
}

// askedHelp answers "--help [TOPIC]" in any place of a command line: the topic is parameters, settings or a command. It
// returns "" when no help was asked.
func askedHelp(root *cli.Command, args []string) string {
	for i, arg := range args {
		at := completion.After(root, args[:i])
		if at.OnlyArguments || at.Flag != "" || arg != "--help" && arg != "-h" {
			continue
		}
		if i+1 < len(args) {
			if text := aboutTopic(at.Command, args[i+1]); text != "" {
				return text
			}
		}
		return at.Command.Metadata[metaHelp].(string)
	}
	return ""
}

// aboutTopic returns the help on a topic that stands behind a command, "" when there is none.
func aboutTopic(c *cli.Command, topic string) string {
	switch topic {
	case topicParameters:
		if c.Name == "transform" {
			return parametersHelp(new(param.Params).Options())
		}
		return parametersHelp(new(param.Request).Options())
	case topicSettings:
		return strings.TrimPrefix(c.Metadata[topicSettings].(string), "\n")
	}
	if below := c.Command(topic); below != nil {
		return below.Metadata[metaHelp].(string)
	}
	return ""
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
	if completion.TakesValue(f) {
		return " VALUE"
	}
	return ""
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
		Name: "help", Usage: "show the help of a command", UsageText: "imagekit help [COMMAND] [parameters | settings]",
		Description: "Examples:\n\n  imagekit help transform\n  imagekit help parameters\n  imagekit help serve settings",
		Action: func(_ context.Context, c *cli.Command) error {
			about := c.Root()
			for i, name := range c.Args().Slice() {
				below := about.Command(name)
				if text := aboutTopic(about, name); below == nil && text != "" && i+1 == c.Args().Len() {
					_, err := fmt.Fprint(sys.out, text)
					return err
				}
				switch {
				case below == nil && len(about.Commands) == 0:
					return usagef("help wants one command, got %q (see imagekit --help)", c.Args().Slice())
				case below == nil:
					return unknownCommand(about, name)
				}
				about = below
			}
			_, err := fmt.Fprint(sys.out, about.Metadata[metaHelp])
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
	return usagef("unknown command %q%s (see %s --help)", name, didYouMean(name, cli.SuggestCommand(c.Commands, name)),
		c.FullName())
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
