// Package completion finds what may stand at the cursor of a shell: commands, flags, parameters and their choices. It knows
// them from the command line's own tables, and the shells' scripts ask it, so that nothing is written twice.
package completion

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/settings"
)

// The scripts ask "imagekit completion candidates" what may stand at the cursor, so that they hold no names themselves.
var (
	//go:embed bash.sh
	Bash string
	//go:embed zsh.sh
	Zsh string
	//go:embed fish.fish
	Fish string
)

// Candidate is a word that may stand at the cursor. One that ends in "=" goes on.
type Candidate struct{ Text, About string }

// Complete returns what may stand in place of the last of the words behind the program's name, which may be begun.
// It returns nothing where any file may stand.
func Complete(root *cli.Command, words []string) []Candidate {
	before, word := words[:len(words)-1], words[len(words)-1]
	at := After(root, before)
	switch {
	case at.Flag != "":
		return choose("", settings.Choices(at.Flag), word)
	case strings.HasPrefix(word, "-") && !at.OnlyArguments:
		return completeFlag(at.Command, word)
	case len(at.Command.Commands) > 0:
		return completeCommand(at.Command, word)
	}
	switch at.Command.Name {
	case "help":
		about := root
		for _, name := range at.Arguments {
			if about = about.Command(name); about == nil {
				return nil
			}
		}
		return completeCommand(about, word)
	case "transform":
		if len(at.Arguments) >= 2 {
			list := completeQuery(new(param.Params).Options(), word)
			// no browser to ask
			return slices.DeleteFunc(list, func(c Candidate) bool { return strings.HasSuffix(c.Text, "f=auto") })
		}
	case "sign":
		if len(at.Arguments) == 0 {
			return completeQuery(new(param.Request).Options(), word)
		}
	}
	return nil
}

// Place is where a word stands in a command line.
type Place struct {
	Command       *cli.Command
	Arguments     []string // of the command, so far
	Flag          string   // whose value the word is
	OnlyArguments bool     // "--" has come
}

// After returns the place behind words.
func After(root *cli.Command, words []string) Place {
	at := Place{Command: root}
	for _, word := range words {
		switch {
		case at.Flag != "":
			at.Flag = ""
		case at.OnlyArguments || word == "-" || !strings.HasPrefix(word, "-"):
			if below := at.Command.Command(word); below != nil && len(at.Arguments) == 0 {
				at.Command = below
			} else {
				at.Arguments = append(at.Arguments, word)
			}
		case word == "--":
			at.OnlyArguments = true
		case !strings.Contains(word, "="):
			name := strings.TrimLeft(word, "-")
			for _, f := range at.Command.Flags {
				if slices.Contains(f.Names(), name) && TakesValue(f) {
					at.Flag = name
				}
			}
		}
	}
	return at
}

// choose returns the choices that begin with word, each behind a prefix that stands already.
func choose(prefix string, choices []string, word string) []Candidate {
	var list []Candidate
	for _, choice := range choices {
		if strings.HasPrefix(choice, word) {
			list = append(list, Candidate{Text: prefix + choice})
		}
	}
	return list
}

func completeCommand(above *cli.Command, word string) []Candidate {
	var list []Candidate
	for _, c := range above.VisibleCommands() {
		if strings.HasPrefix(c.Name, word) {
			list = append(list, Candidate{c.Name, c.Usage})
		}
	}
	return list
}

func completeFlag(c *cli.Command, word string) []Candidate {
	if flag, value, found := strings.Cut(word, "="); found {
		return choose(flag+"=", settings.Choices(strings.TrimLeft(flag, "-")), value)
	}
	list := []Candidate{{"--help", "Show the help of the command"}} // cli adds its own only while it runs
	for _, f := range c.Flags {
		if name := f.Names()[0]; name != "help" {
			list = append(list, Candidate{"--" + name, firstSentence(f.(cli.DocGenerationFlag).GetUsage())})
		}
	}
	return slices.DeleteFunc(list, func(c Candidate) bool { return !strings.HasPrefix(c.Text, word) })
}

// completeQuery completes the last parameter of a query that is being written: its name, or its value when that is one of
// a few.
func completeQuery(options []opt.Option, word string) []Candidate {
	start := strings.LastIndexByte(word, '&') + 1
	before, last := word[:start], word[start:]
	name, value, named := strings.Cut(last, "=")
	var list []Candidate
	for _, o := range options {
		switch {
		case named && name == o.Name:
			return choose(before+name+"=", choices(o), value)
		case !named && o.To != nil && strings.HasPrefix(o.Name, name) && !strings.Contains("&"+before, "&"+o.Name+"="):
			list = append(list, Candidate{before + o.Name + "=", firstSentence(o.Doc)})
		}
	}
	return list
}

// choices lists the values of a parameter that has few.
func choices(o opt.Option) []string {
	if _, ok := o.To.(*bool); ok {
		return []string{"1"}
	}
	return o.Choices()
}

// firstSentence shortens a description to one line, without Markdown.
func firstSentence(doc string) string {
	doc, _, _ = strings.Cut(doc, ". ")
	return strings.TrimSuffix(strings.ReplaceAll(doc, "`", ""), ".")
}

// TakesValue reports whether a flag needs a value.
func TakesValue(f cli.Flag) bool {
	switch f := f.(type) {
	case *cli.BoolFlag:
		return false
	case *cli.GenericFlag: // asked itself, it knows only while it is parsed
		s, ok := f.Value.(interface{ IsBoolFlag() bool })
		return !ok || !s.IsBoolFlag()
	}
	return true
}
