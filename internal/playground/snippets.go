package playground

import (
	"embed"
	"fmt"
)

// Snippet is a program in one language that prints a signed URL. It takes the secret from IMAGEKIT_SECRET and refuses
// to run without, so the secret is never pasted.
//
// Text holds {{base}}, the origin of the service such as http://127.0.0.1:8080, inside a string literal, and one line
// with "{{name}}" and {{value}} that stands for every parameter. snippets/fill.js fills it in: base and name as they are
// (neither can hold a character that needs an escape), value with its quotes, as the one kind of string literal that all
// five languages read alike. Only a byte that is not UTF-8, which url may hold, cannot be written so.
type Snippet struct {
	Language string // as people call it: "Go"
	Text     string
}

//go:embed snippets/*.txt
var snippetFiles embed.FS

// snippetLanguages are in the order people should see them in.
var snippetLanguages = []struct{ name, file string }{
	{"Go", "go.txt"},
	{"JavaScript", "javascript.txt"},
	{"Python", "python.txt"},
	{"PHP", "php.txt"},
	{"Ruby", "ruby.txt"},
}

// Snippets returns the programs.
func Snippets() ([]Snippet, error) {
	var list []Snippet
	for _, l := range snippetLanguages {
		text, err := snippetFiles.ReadFile("snippets/" + l.file)
		if err != nil {
			return nil, fmt.Errorf("playground: %w", err)
		}
		list = append(list, Snippet{Language: l.name, Text: string(text)})
	}
	return list, nil
}
