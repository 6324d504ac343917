package playground

import (
	"context"
	"encoding/json"
	"go/format"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/sign"
)

const (
	snippetSecret = "local-dev-secret"
	snippetBase   = "http://127.0.0.1:8080"
)

// vector is a request, decoded, and the URL that a snippet must print for it.
type vector struct {
	params []param.Pair
	want   string
}

// vectors returns the published ones and one of all that is special in a string literal of some language.
func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("../sign/testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	for line := range strings.Lines(string(text)) {
		canonical, rest, _ := strings.Cut(line, " ")
		sig, _, _ := strings.Cut(rest, " ")
		list = append(list, newVector(t, canonical, sig))
	}
	if len(list) < 7 {
		t.Fatalf("%d published vectors, want 7 or more", len(list))
	}
	for _, canonical := range []string{
		"free=w&url=https://example.com/a.jpg&w=640",
		"f=webp&free=f,w&h=2&url=sample:photo&v=w&w=320",
	} {
		query, err := param.Split(canonical)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, newVector(t, canonical, sign.New([]byte(snippetSecret)).Sign(query.Canonical())))
	}
	nasty := "url=" + url.QueryEscape("https://example.com/\"quotes\" 'single' `back`.jpg?a=\\n\\x41\\u0041#{1+1}#$0#@a "+
		"${HOME}$x{{base}}{{name}}%41%s€𝄞\u2028é&b=*/ //") +
		"&v=" + url.QueryEscape(`\`)
	query, err := param.Split(nasty)
	if err != nil {
		t.Fatal(err)
	}
	return append(list, newVector(t, query.Canonical(), sign.New([]byte(snippetSecret)).Sign(query.Canonical())))
}

func newVector(t *testing.T, canonical, sig string) vector {
	t.Helper()
	query, err := param.Split(canonical)
	if err != nil {
		t.Fatal(err)
	}
	v := vector{want: snippetBase + sign.URL(canonical, sig)}
	for _, o := range slices.Backward(new(param.Request).Options()) { // in another order than the canonical one
		if value := query.Get(o.Name); value != "" {
			v.params = append(v.params, param.Pair{Name: o.Name, Value: value})
		}
	}
	return v
}

// fill does what snippets/fill.js does, where there is no Node.js to run that.
func fill(snippet, base string, params []param.Pair) string {
	before, line, after := "", "", ""
	for l := range strings.Lines(snippet) {
		switch {
		case strings.Contains(l, "{{name}}"):
			line = l
		case line == "":
			before += l
		default:
			after += l
		}
	}
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(before, "{{base}}", base))
	for _, p := range params {
		b.WriteString(strings.Replace(strings.Replace(line, "{{name}}", p.Name, 1), "{{value}}", literal(p.Value), 1))
	}
	b.WriteString(strings.ReplaceAll(after, "{{base}}", base))
	return b.String()
}

func literal(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c == 0x7f || strings.IndexByte(`"\$#`, c) >= 0 {
			b.WriteString(`\x` + strconv.FormatUint(0x100|uint64(c), 16)[1:])
		} else {
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}

// interpreter says how a snippet is run: program and arguments, then the file.
var interpreter = map[string]struct {
	command []string
	file    string
}{
	"Go":         {[]string{"go", "run"}, "main.go"},
	"JavaScript": {[]string{"node"}, "sign.mjs"},
	"Python":     {[]string{"python3"}, "sign.py"},
	"PHP":        {[]string{"php"}, "sign.php"},
	"Ruby":       {[]string{"ruby"}, "sign.rb"},
}

// Every snippet, filled in, prints exactly the URL that the service accepts, in every language that is installed.
func TestSnippetsSign(t *testing.T) {
	snippets, err := Snippets()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range snippets {
		t.Run(s.Language, func(t *testing.T) {
			t.Parallel()
			run := interpreter[s.Language]
			if _, err := exec.LookPath(run.command[0]); err != nil {
				t.Skipf("NOT CHECKED: the %s snippet, because %s is not installed", s.Language, run.command[0])
			}
			for _, v := range vectors(t) {
				program := write(t, run.file, fill(s.Text, snippetBase, v.params))
				out, err := runSnippet(t, append(run.command, program), "IMAGEKIT_SECRET="+snippetSecret)
				if err != nil || out != v.want+"\n" {
					t.Errorf("%v\ngot  %swant %s\n", err, out, v.want)
				}
			}
			program := write(t, run.file, fill(s.Text, snippetBase, vectors(t)[0].params))
			for _, env := range []string{"IMAGEKIT_SECRET=", "OTHER=1"} {
				if out, err := runSnippet(t, append(run.command, program), env); err == nil ||
					strings.Contains(out, "sig=") {
					t.Errorf("with %s it signs: %s", env, out)
				}
			}
		})
	}
}

// write puts a program into a folder of its own and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runSnippet runs a program with the environment of the test, but its own secret, and returns its standard output.
func runSnippet(t *testing.T, command []string, env string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "IMAGEKIT_SECRET=") }),
		"GOFLAGS=", "GOWORK=off", env)
	out, err := c.Output()
	return string(out), err
}

// The page fills in by fill.js; what is tested here must be what people paste.
func TestFillIsTheOneOfThePage(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("NOT CHECKED: snippets/fill.js, because node is not installed")
	}
	module, err := os.ReadFile("snippets/fill.js")
	if err != nil {
		t.Fatal(err)
	}
	snippets, err := Snippets()
	if err != nil {
		t.Fatal(err)
	}
	type job struct {
		Text, Base string
		Params     [][2]string
	}
	var jobs []job
	var want []string
	for _, s := range snippets {
		for _, v := range vectors(t) {
			j := job{Text: s.Text, Base: snippetBase}
			for _, p := range v.params {
				j.Params = append(j.Params, [2]string{p.Name, p.Value})
			}
			jobs = append(jobs, j)
			want = append(want, fill(s.Text, snippetBase, v.params))
		}
	}
	input, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	program := write(t, "fill.mjs", string(module)+
		"\nconsole.log(JSON.stringify("+string(input)+".map((j) => fill(j.Text, j.Base, j.Params))));\n")
	out, err := runSnippet(t, []string{"node", program}, "OTHER=1")
	var got []string
	if err == nil {
		err = json.Unmarshal([]byte(out), &got)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("fill.js: %v\ngot  %q\nwant %q", err, got, want)
	}
}

// What people paste looks like the code around it: spaces alone may be missing where gofmt aligns values.
func TestGoSnippetIsFormatted(t *testing.T) {
	snippets, err := Snippets()
	if err != nil {
		t.Fatal(err)
	}
	text := fill(snippets[0].Text, snippetBase, []param.Pair{{Name: "url", Value: "sample:photo"}})
	if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
		t.Errorf("gofmt would change it: %v\n%s", err, formatted)
	}
}
