// Package playground makes the page at /: a form with every parameter, made from the parameter table, that signs a
// request and shows the picture. One page, no external requests.
package playground

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"

	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// Page is the finished page and the Content-Security-Policy to send with it.
type Page struct {
	HTML []byte
	CSP  string
}

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// field is one control of the form.
type field struct {
	opt.Option
	Choices []string
	Free    bool // the choices are suggestions: other values are accepted too
	Wants   string
}

// group is a heading and its controls.
type group struct {
	Name   string
	Fields []field
}

// New makes the page. samples names the built-in sources; none when they are switched off.
func New(samples []string) (*Page, error) {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Groups": groups(), "Samples": samples, "CSS": template.CSS(pageCSS), "JS": template.JS(pageJS),
	})
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	csp := fmt.Sprintf("default-src 'none'; img-src 'self' blob: data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "+
		"frame-ancestors 'none'; script-src %s; style-src %s", hash(pageJS), hash(pageCSS))
	return &Page{HTML: b.Bytes(), CSP: csp}, nil
}

// hash is the CSP source of an inline script or style (CSP Level 3 §2.3.1).
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// groups arranges the table's rows under their headings, in the table's order.
func groups() []group {
	var list []group
	at := map[string]int{}
	for _, o := range new(param.Request).Options() {
		if o.Name == "sig" || o.Name == "url" {
			continue
		}
		i, ok := at[o.Group]
		if !ok {
			i = len(list)
			at[o.Group] = i
			list = append(list, group{Name: o.Group})
		}
		_, free := o.To.(interface{ Want() string }) // it has more to say than its choices
		f := field{Option: o, Choices: o.Choices(), Free: free, Wants: o.Want()}
		if _, ok := o.To.(*bool); ok {
			f.Choices = []string{"1"}
		}
		list[i].Fields = append(list[i].Fields, f)
	}
	return list
}
