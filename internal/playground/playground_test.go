package playground

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"imagekit/internal/param"
)

func newPage(t *testing.T) *Page {
	t.Helper()
	page, err := New(Config{
		Samples: []string{"photo", "drawing"}, Formats: []string{
			"jpeg", "webp",
			"avif",
		}, DefaultFormat: "webp", MaxUpload: 1 << 20,
		Presets: []string{"card"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestPageHasEveryParameter(t *testing.T) {
	html := string(newPage(t).HTML.Plain)
	for _, o := range new(param.Request).Options() {
		if o.Title == "" {
			t.Errorf("%s has no title", o.Name)
		}
		if o.Name == "sig" {
			continue
		}
		if !strings.Contains(html, ` data-name="`+o.Name+`"`) {
			t.Errorf("no control for %s", o.Name)
		}
		if o.Name != "url" && !strings.Contains(html, string(markdown(o.Doc))) {
			t.Errorf("no help for %s", o.Name)
		}
	}
	for _, want := range []string{
		`data-source="sample:photo"`, `data-source="sample:drawing"`,
		`data-first="sample:photo"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
}

// The page offers what is allowed: no presets where there are none, and nothing else where they are all.
func TestPageOfPresets(t *testing.T) {
	for _, tt := range []struct {
		config Config
		has    map[string]bool
	}{
		{Config{}, map[string]bool{"p": false, "w": true, "v": true, "dl": true}},
		{Config{Presets: []string{"card"}}, map[string]bool{"p": true, "w": true, "v": true, "dl": true}},
		{
			Config{Presets: []string{"card"}, OnlyPresets: true},
			map[string]bool{"p": true, "w": false, "v": true, "t": true, "dl": false, "free": false},
		},
	} {
		page, err := New(tt.config)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range tt.has {
			if got := strings.Contains(string(page.HTML.Plain), ` data-name="`+name+`"`); got != want {
				t.Errorf("%+v: a control for %s: %t, want %t", tt.config, name, got, want)
			}
		}
	}
}

// The page learns the bounds of the table from the table: a number that a file repeats goes wrong with the first change.
func TestBoundsAreTold(t *testing.T) {
	p, side := newPage(t), strconv.Itoa(param.MaxSide)
	if !strings.Contains(string(p.HTML.Plain), ` data-max-side="`+side+`"`) {
		t.Errorf("the page does not tell the largest side, %s", side)
	}
	for name, a := range p.Assets {
		if strings.Contains(string(a.Plain), side) {
			t.Errorf("%s repeats %s: read document.body.dataset.maxSide", name, side)
		}
	}
}

// A value stands once among the choices, the default as "", and formats that are not allowed not at all.
func TestChoices(t *testing.T) {
	c := Config{Formats: []string{"jpeg", "webp"}, DefaultFormat: "webp"}
	got := map[string]string{}
	for _, g := range c.groups() {
		for _, made := range g.Controls {
			var list []string
			for _, choice := range made.Choices {
				list = append(list, choice.Text+"="+choice.Value)
			}
			got[made.Name] = strings.Join(list, " ")
		}
	}
	for name, want := range map[string]string{
		"f":    "auto=auto jpeg=jpeg webp= json=json",
		"fit":  "inside= cover=cover pad=pad fill=fill outside=outside",
		"rot":  "not turned= 90=90 180=180 270=270",
		"flip": "not mirrored= h=h v=v hv=hv",
		"w":    "",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}

// Max counts the bytes of a text and bounds a number: a number that is typed as text would be cut.
func TestTextIsNotCut(t *testing.T) {
	for _, g := range (Config{}).groups() {
		for _, c := range g.Controls {
			q, err := param.Split(c.Example)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(q.Get(c.Name)); c.Kind == "text" && c.Max > 0 && float64(n) > c.Max {
				t.Errorf("%s: the example has %d characters, the control takes %g", c.Name, n, c.Max)
			}
		}
	}
}

func TestPickersArePickedForParameters(t *testing.T) {
	var names []string
	for _, o := range new(param.Request).Options() {
		names = append(names, o.Name)
	}
	for name := range pickers {
		if !slices.Contains(names, name) {
			t.Errorf("there is a picker for %s, but no such parameter", name)
		}
	}
}

// The policy allows nothing inline and no other host, so the page may hold neither.
func TestPageNeedsNothingElse(t *testing.T) {
	page := newPage(t)
	html := string(page.HTML.Plain)
	for what, pattern := range map[string]string{
		"an inline script": `<script(>|[^>]*[^"]>\s*[^<\s])`, "an inline style": `<style| style="`, "a handler": ` on[a-z]+="`,
		"another host": `(src|href)="(https?:)?//`,
	} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page holds %s: %s", what, found)
		}
	}
	if strings.Contains(CSP, "unsafe") || strings.Contains(CSP, "http") || !strings.HasPrefix(CSP, "default-src 'none'") {
		t.Errorf("the policy is not strict: %s", CSP)
	}
	weight := len(page.HTML.Plain)
	for path, a := range page.Assets {
		weight += len(a.Plain)
		if text := strings.ReplaceAll(string(a.Plain), "https://example.com/", ""); strings.Contains(text, "https://") {
			t.Errorf("%s names another host", path)
		}
		if n := bytes.Count(a.Plain, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines, the budget is 400", path, n)
		}
	}
	if weight > 170_000 {
		t.Errorf("page and files have %d bytes, the budget is 170,000", weight)
	}
	for _, found := range regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(html, -1) {
		if page.Assets[found[1]] == nil {
			t.Errorf("the page asks for %s, which is not there", found[1])
		}
	}
}

// What is changed gets other names, what is not keeps them.
func TestNamesFollowContent(t *testing.T) {
	one, other := newPage(t), newPage(t)
	for path, a := range one.Assets {
		b := other.Assets[path]
		if b == nil || a.ETag(true) != b.ETag(true) || a.ETag(true) == a.ETag(false) {
			t.Errorf("%s: the same content has other names, or two encodings have one", path)
		}
		if a.Gzip == nil {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(a.Gzip))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, a.Plain) {
			t.Errorf("%s: unzips to something else: %v", path, err)
		}
	}
}

func TestMarkdown(t *testing.T) {
	if got, want := string(markdown("a `<b>` & c")), "a <code>&lt;b&gt;</code> &amp; c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// While everybody knows the secret, the page says which one it is; any other stays where it is.
func TestPageTellsTheBuiltInSecretAlone(t *testing.T) {
	if html := string(newPage(t).HTML.Plain); strings.Contains(html, "data-secret") {
		t.Error("a secret is on the page")
	}
	page, err := New(Config{Formats: []string{"webp"}, DefaultFormat: "webp", Secret: "local-dev-secret"})
	if err != nil {
		t.Fatal(err)
	}
	if html := string(page.HTML.Plain); !strings.Contains(html, `data-secret="local-dev-secret"`) {
		t.Error("the page does not say which secret runs")
	}
}

// Every number's slider reaches what its default or its middle is for, and everything else has an editor that fits it.
func TestControlsFitTheirParameters(t *testing.T) {
	got := map[string]string{}
	for _, g := range (Config{}).groups() {
		for _, made := range g.Controls {
			got[made.Name] = made.Kind
			if made.Kind == "number" {
				got[made.Name] += " " + made.Scale + " " + made.Step
			}
		}
		if open := g.Name == "Size" || g.Name == "Output"; g.Open != open {
			t.Errorf("%s is open: %v", g.Name, g.Open)
		}
	}
	for name, want := range map[string]string{
		"w": "number pixels 1", "q": "number even 1", "dpr": "number even 0.25", "brightness": "number factor 0.1",
		"blur": "number factor 0.1", "hue": "number even 1", "bg": "color", "tint": "color", "duotone": "colors",
		"border": "border", "padding": "length", "radius": "length", "gray": "switch", "ar": "text",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}
