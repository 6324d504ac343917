package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/settings"
)

// candidate is a word that may stand at the cursor. One that ends in "=" goes on.
type candidate struct{ text, about string }

// complete returns what may stand in place of the last of the words behind the program's name, which may be begun.
// It returns nothing where any file may stand.
func complete(root *cli.Command, words []string) []candidate {
	before, word := words[:len(words)-1], words[len(words)-1]
	at := readWords(root, before)
	switch {
	case at.flag != "":
		return choose("", settings.Choices(at.flag), word)
	case strings.HasPrefix(word, "-") && !at.onlyArguments:
		return completeFlag(at.command, word)
	case len(at.command.Commands) > 0:
		return completeCommand(at.command, word)
	}
	switch at.command.Name {
	case "help":
		about := root
		for _, name := range at.arguments {
			if about = about.Command(name); about == nil {
				return nil
			}
		}
		return completeCommand(about, word)
	case "transform":
		if len(at.arguments) >= 2 {
			list := completeQuery(new(param.Params).Options(), word)
			return slices.DeleteFunc(list, func(c candidate) bool { return strings.HasSuffix(c.text, "f=auto") }) // no browser to ask
		}
	case "sign":
		if len(at.arguments) == 0 {
			return completeQuery(new(param.Request).Options(), word)
		}
	}
	return nil
}

// place is where a word stands in a command line.
type place struct {
	command       *cli.Command
	arguments     []string // of the command, so far
	flag          string   // whose value the word is
	onlyArguments bool     // "--" has come
}

// readWords finds out what comes behind words.
func readWords(root *cli.Command, words []string) place {
	at := place{command: root}
	for _, word := range words {
		switch {
		case at.flag != "":
			at.flag = ""
		case at.onlyArguments || word == "-" || !strings.HasPrefix(word, "-"):
			if below := at.command.Command(word); below != nil && len(at.arguments) == 0 {
				at.command = below
			} else {
				at.arguments = append(at.arguments, word)
			}
		case word == "--":
			at.onlyArguments = true
		case !strings.Contains(word, "="):
			name := strings.TrimLeft(word, "-")
			for _, f := range at.command.Flags {
				if slices.Contains(f.Names(), name) && placeholder(f) != "" {
					at.flag = name
				}
			}
		}
	}
	return at
}

// choose returns the choices that begin with word, each behind a prefix that stands already.
func choose(prefix string, choices []string, word string) []candidate {
	var list []candidate
	for _, choice := range choices {
		if strings.HasPrefix(choice, word) {
			list = append(list, candidate{text: prefix + choice})
		}
	}
	return list
}

func completeCommand(above *cli.Command, word string) []candidate {
	var list []candidate
	for _, c := range above.VisibleCommands() {
		if strings.HasPrefix(c.Name, word) {
			list = append(list, candidate{c.Name, c.Usage})
		}
	}
	return list
}

func completeFlag(c *cli.Command, word string) []candidate {
	if flag, value, found := strings.Cut(word, "="); found {
		return choose(flag+"=", settings.Choices(strings.TrimLeft(flag, "-")), value)
	}
	list := []candidate{{"--help", "Show the help of the command"}} // cli adds its own only while it runs
	for _, f := range c.Flags {
		if name := f.Names()[0]; name != "help" {
			list = append(list, candidate{"--" + name, firstSentence(f.(cli.DocGenerationFlag).GetUsage())})
		}
	}
	return slices.DeleteFunc(list, func(c candidate) bool { return !strings.HasPrefix(c.text, word) })
}

// completeQuery completes the last parameter of a query that is being written: its name, or its value when that is one of
// a few.
func completeQuery(options []opt.Option, word string) []candidate {
	start := strings.LastIndexByte(word, '&') + 1
	before, last := word[:start], word[start:]
	name, value, named := strings.Cut(last, "=")
	var list []candidate
	for _, o := range options {
		switch {
		case named && name == o.Name:
			return choose(before+name+"=", choices(o), value)
		case !named && o.To != nil && strings.HasPrefix(o.Name, name) && !strings.Contains("&"+before, "&"+o.Name+"="):
			list = append(list, candidate{before + o.Name + "=", firstSentence(o.Doc)})
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
