// Package docs tests the documentation: the blocks of the guide run as printed, its expressions name metrics that
// exist, its settings are those of the program, and links lead somewhere.
package docs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The rule for the blocks of deployment.md:
//
//	```sh         is run as printed, in the order of the document, by bash -eu, in a copy of this repository
//	```sh server  is run as printed and stays until the next one of its kind, which is when Ctrl-C is pressed
//	```text       right after ```sh is what it prints; "…" stands for anything
//	```console    is not run; the line before it says why: <!-- not run: needs systemd -->
//
// Blocks of other languages are not commands.
type block struct {
	line   int    // of its first fence
	info   string // what stands behind the fence: sh, sh server, console
	text   string
	want   string // what it shall print; "" = anything
	reason string // why a console block is not run
}

const (
	infoRun    = "sh"
	infoServer = "sh server"
	infoNot    = "console"
	infoPrints = "text"
)

var (
	reasonLine = regexp.MustCompile(`^<!-- not run: (.+) -->$`)
	shells     = regexp.MustCompile(`^(|bash|shell|zsh|sh .*)$`)
)

// parseBlocks returns the blocks of a document, and what is wrong with them.
func parseBlocks(document string) (blocks []block, problems []string) {
	var before string // the last line that is not blank, outside of blocks
	var open *block
	var lines []string
	for i, line := range strings.Split(document, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case open == nil && isFence:
			open, lines = &block{line: i + 1, info: strings.TrimSpace(fence)}, nil
			if m := reasonLine.FindStringSubmatch(before); m != nil {
				open.reason = m[1]
			}
		case open != nil && isFence:
			open.text = strings.Join(lines, "\n")
			if last := len(blocks) - 1; open.info == infoPrints && last >= 0 && blocks[last].info == infoRun &&
				before == "" {
				blocks[last].want = open.text
			} else {
				blocks = append(blocks, *open)
			}
			open, before = nil, ""
		case open != nil:
			lines = append(lines, line)
		case line != "":
			before = line
		}
	}
	if open != nil {
		problems = append(problems, fmt.Sprintf("line %d: the block does not end", open.line))
	}
	for _, b := range blocks {
		if problem := b.wrong(); problem != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s", b.line, problem))
		}
	}
	return blocks, problems
}

// wrong says how a block breaks the rule, "" when it does not.
func (b block) wrong() string {
	switch {
	case b.info == infoNot && b.reason == "":
		return "a console block is not run: say why in the line before it, <!-- not run: … -->"
	case b.info != infoNot && b.reason != "":
		return "the block has a reason not to run but is ```" + b.info + ", not ```console"
	case b.info != infoServer && shells.MatchString(b.info):
		return "```" + b.info + " is not of the rule: want ```sh, ```sh server or ```console"
	case b.text == "":
		return "the block is empty"
	}
	return ""
}

// matches reports whether a block printed what the guide says.
func (b block) matches(printed string) bool {
	if b.want == "" {
		return true
	}
	var pattern strings.Builder
	for i, piece := range strings.Split(strings.TrimSpace(b.want), "…") {
		if i > 0 {
			pattern.WriteString(`(?s:.*)`)
		}
		pattern.WriteString(regexp.QuoteMeta(piece))
	}
	return regexp.MustCompile(`^` + pattern.String() + `$`).MatchString(strings.TrimSpace(printed))
}

func TestParseBlocks(t *testing.T) {
	const fence = "```"
	for _, c := range []struct{ name, document, want, problem string }{
		{"runs", "a\n" + fence + "sh\ntrue\n" + fence, `[{2 sh true  }]`, ""},
		{"prints", fence + "sh\ntrue\n" + fence + "\n\n" + fence + "text\nyes\n" + fence, `[{1 sh true yes }]`, ""},
		{"text of its own", fence + "sh\ntrue\n" + fence + "\nand\n" + fence + "text\nyes\n" + fence, `[{1 sh true  } {5 text yes  }]`, ""},
		{"not run", "<!-- not run: needs a disk -->\n\n" + fence + "console\nx\n" + fence, `[{3 console x  needs a disk}]`, ""},
		{"no reason", "why\n" + fence + "console\nx\n" + fence, `[{2 console x  }]`, "line 2: a console block"},
		{"reason of another", "<!-- not run: a -->\n" + fence + "sh\nx\n" + fence, `[{2 sh x  a}]`, "line 2: the block has a reason"},
		{"other shell", fence + "bash\nx\n" + fence, `[{1 bash x  }]`, "line 1: ```bash"},
		{"no language", fence + "\nx\n" + fence, `[{1  x  }]`, "line 1: ```"},
		{"open", fence + "sh\nx", `[]`, "line 1: the block does not end"},
	} {
		blocks, problems := parseBlocks(c.document)
		if got := fmt.Sprint(blocks); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if got := strings.Join(problems, "\n"); !strings.HasPrefix(got, c.problem) || c.problem == "" && got != "" {
			t.Errorf("%s: got problems %q, want %q", c.name, got, c.problem)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		want, printed string
		ok            bool
	}{
		{"", "anything", true},
		{"401", "401\n", true},
		{"401", "1401", false},
		{"a … c\n…", "a b c\nd\ne\n", true},
		{"a.c", "abc", false},
		{"a…", "ba", false},
	} {
		if got := (block{want: c.want}).matches(c.printed); got != c.ok {
			t.Errorf("%q prints %q: got %v, want %v", c.want, c.printed, got, c.ok)
		}
	}
}
