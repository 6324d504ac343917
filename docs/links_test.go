package docs

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code    = regexp.MustCompile("`[^`]*`")
	heading = regexp.MustCompile(`^#{1,6} +(.+?) *$`)
	linked  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// document is a Markdown file: where its links lead, and which anchors its headings make.
type document struct {
	links   []string
	anchors map[string]bool
}

// read parses a document; blocks hold neither links nor headings.
func read(text string) document {
	d := document{anchors: map[string]bool{}}
	inBlock := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inBlock = !inBlock
		}
		if inBlock {
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			name := anchor(m[1])
			for again := 1; d.anchors[name]; again++ {
				name = fmt.Sprintf("%s-%d", anchor(m[1]), again)
			}
			d.anchors[name] = true
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, "code"), -1) {
			d.links = append(d.links, m[1])
		}
	}
	return d
}

// anchor returns what GitHub calls the place of a heading: lower case, words joined by hyphens, no punctuation.
func anchor(heading string) string {
	text := linked.ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsNumber(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// TestLinks follows every relative link of the documentation, to the file and to the heading.
func TestLinks(t *testing.T) {
	documents := map[string]document{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (d.Name()[0] == '.' || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".md") {
			text, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			documents[name] = read(string(text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(documents) < 5 {
		t.Fatalf("found %d documents", len(documents))
	}
	checked := 0
	for name, d := range documents {
		for _, to := range d.links {
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			checked++
			file, place, _ := strings.Cut(to, "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", name, to, err)
			} else if place != "" && !documents[target].anchors[place] {
				t.Errorf("%s: %s: no heading of %s makes that anchor", name, to, target)
			}
		}
	}
	t.Logf("%d relative links of %d documents", checked, len(documents))
}

func TestAnchor(t *testing.T) {
	for text, want := range map[string]string{
		"Overview":                       "overview",
		"Docker, compose & co.":          "docker-compose--co",
		"`find -mtime`: by hand":         "find--mtime-by-hand",
		"See [the table](x.md) (really)": "see-the-table-really",
		"p50/p95/p99":                    "p50p95p99",
	} {
		if got := anchor(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
