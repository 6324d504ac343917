// Package playground makes the page at / and its files: choose a picture and parameters, see what comes of it, and take
// the code along. The controls are made from the parameter table. It needs no other host and no build step.
package playground

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"imagekit/internal/param"
)

// Prefix begins the path of every asset. What follows names their content, so that they may be kept for ever.
const Prefix = "/assets/"

// CSP is the Content-Security-Policy to send with the page. Pictures come by fetch, which reads their header fields too,
// and are shown as blobs.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Config is what the page tells about the service it belongs to.
type Config struct {
	Samples       []string // the built-in pictures; none when they are switched off
	Formats       []string // that may be asked for
	DefaultFormat string   // of a request without f
	Widths        []int    // that one signature may hold for, in every format; none where it may not
	Presets       []string // that p may name
	OnlyPresets   bool     // nothing else shapes a picture
	MaxUpload     int64    // bytes
	Secret        string   // the built-in secret while it is in use, else ""
}

// Page is the finished page and its files.
type Page struct {
	HTML   *Asset
	Assets map[string]*Asset // by path
}

//go:embed page.html
var pageHTML string

//go:embed assets
var assetFiles embed.FS

//go:embed snippets/fill.js
var fillJS []byte

// New makes the page.
func New(c Config) (*Page, error) {
	files, err := readAssets()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(files))
	all := []byte{}
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, files[name]...)
	}
	dir := Prefix + digest(all) + "/" // one for all: the modules name each other without it
	p := &Page{Assets: make(map[string]*Asset, len(files))}
	for _, name := range names {
		if p.Assets[dir+name], err = newAsset(name, files[name]); err != nil {
			return nil, err
		}
	}
	html, err := c.render(dir, names)
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	p.HTML, err = newAsset("page.html", html)
	return p, err
}

// stylesheet is all the style sheets in the order of their names: nothing is painted before the last of them is there.
const stylesheet = "style.css"

// readAssets returns the files by name.
func readAssets() (map[string][]byte, error) {
	files := map[string][]byte{"fill.js": fillJS, stylesheet: nil}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	for _, e := range entries {
		data, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("playground: %w", err)
		}
		if path.Ext(e.Name()) == ".css" {
			files[stylesheet] = append(files[stylesheet], data...)
		} else {
			files[e.Name()] = data
		}
	}
	return files, nil
}

// render fills in the page.
func (c Config) render(dir string, names []string) ([]byte, error) {
	snippets, err := Snippets()
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"markdown": markdown, "lower": strings.ToLower,
		"split": strings.Fields,
	}).Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Dir": dir, "Modules": modules(names), "Config": c, "Groups": c.groups(), "Snippets": snippets, "MaxSide": param.MaxSide,
	})
	return b.Bytes(), err
}

// modules lists what the page's script imports, to be fetched before it says so. theme.js is no module.
func modules(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return path.Ext(name) != ".js" || name == "theme.js"
	})
}

// markdown turns the words of an option into HTML: text between backticks is code.
func markdown(text string) template.HTML {
	var b strings.Builder
	for i, piece := range strings.Split(text, "`") {
		piece = template.HTMLEscapeString(piece)
		if i%2 == 1 {
			piece = "<code>" + piece + "</code>"
		}
		b.WriteString(piece)
	}
	return template.HTML(b.String()) // escaped above
}
