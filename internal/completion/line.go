package completion

import (
	"strings"

	"github.com/urfave/cli/v3"
)

// Line completes a line up to the cursor, as bash has it in COMP_LINE, with the program's name. It returns what
// takes the place of the text behind the last of the characters breaks (COMP_WORDBREAKS), which is what readline replaces;
// within quotes that is all of it.
func Line(root *cli.Command, line, breaks string) []string {
	l := splitLine(line, breaks)
	if len(l.words) < 2 || l.closed {
		return nil
	}
	list := Complete(root, l.words[1:])
	if l.quoted && len(list) == 1 && strings.HasSuffix(list[0].Text, "=") {
		list = append(list, Candidate{Text: list[0].Text + "VALUE"}) // readline closes the quotes behind one that is alone
	}
	var texts []string
	for _, found := range list {
		text := found.Text[min(l.replaced, len(found.Text)):]
		if !l.quoted {
			text = strings.ReplaceAll(text, "&", `\&`)
		}
		texts = append(texts, text)
	}
	return texts
}

// shellLine is an unfinished command line of a shell.
type shellLine struct {
	words    []string // without quotes; the last one, where the cursor is, may be empty
	quoted   bool     // the last one is in quotes that are open
	closed   bool     // the last one has quotes that are closed: no shell can add to it
	replaced int      // bytes of the last one that stand before what readline replaces
}

// splitLine reads words as shells do (POSIX.1-2017, XCU 2.2): quotes, backslashes and blanks. Expansions stay as they are.
func splitLine(line, breaks string) shellLine {
	var l shellLine
	var word strings.Builder
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote, l.closed = 0, true
		case c == '\\' && i+1 < len(line) && (quote == 0 || quote == '"' && strings.IndexByte("\"\\$`", line[i+1]) >= 0):
			i++
			word.WriteByte(line[i])
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, l.replaced = c, word.Len()
		case c == ' ' || c == '\t':
			if word.Len() > 0 || l.closed {
				l.words = append(l.words, word.String())
			}
			word.Reset()
			l.closed, l.replaced = false, 0
		default:
			word.WriteByte(c)
			if strings.IndexByte(breaks, c) >= 0 {
				l.replaced = word.Len()
			}
		}
	}
	l.words = append(l.words, word.String())
	l.quoted = quote != 0
	return l
}
