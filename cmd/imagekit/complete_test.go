//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"

	"imagekit/internal/completion"
	"imagekit/internal/param"
	"imagekit/internal/settings"
)

// bashBreaks is COMP_WORDBREAKS as bash has it.
const bashBreaks = " \t\n\"'><=;|&(:"

// namesAfter returns every parameter of transform but the first, w, each behind what is typed already.
func namesAfter(typed string) string {
	var all []string
	for _, o := range new(param.Params).Options()[1:] {
		all = append(all, typed+o.Name+"=")
	}
	return strings.Join(all, " ")
}

func TestComplete(t *testing.T) {
	tests := []struct {
		words string // separated by blanks; the last one may be empty
		want  string
	}{
		{"tr", "transform"},
		{"se", "serve"},
		{"x", ""},
		{"cache p", "prune purge"},
		{"completion ", "bash zsh fish"},
		{"help tr", "transform"},
		{"help cache v", "verify"},
		{"help nothing ", ""},
		{"--cache-d", "--cache-dir"},
		{"sign --b", "--base"},
		{"sign --base https://a --s", "--secret-file"},
		{"sign --base=https://a --s", "--secret-file"},
		{"sign --base f=", ""},
		{"sign -- --b", ""},
		{"version --he", "--help"},
		{"transform --sandbox ", "auto require off"},
		{"transform --sandbox=r", "--sandbox=require"},
		{"serve --log w", "warn"},
		{"transform ", ""},
		{"transform w", ""},
		{"transform in w", ""},
		{"transform in out w", "w= wm= wmg= wmw= wmm= wma="},
		{"transform --workers 2 in w", ""},
		{"transform --force in out fi", "fit="},
		{"transform in out f", "fit= flip= f="},
		{"transform in out u", "up="},
		{"transform in out up=", "up=1"},
		{"transform in out f=a", "f=avif"},
		{"transform - - f=j", "f=jpeg f=jpg f=json"},
		{"transform a b c w=1&h=2&g=top", "w=1&h=2&g=top w=1&h=2&g=top-left w=1&h=2&g=top-right"},
		{"transform in out w=400&", namesAfter("w=400&")},
		{"transform in out w=4", ""},
		{"transform in out file.jpg", ""},
		{"sign url=sample:photo&f=a", "url=sample:photo&f=auto url=sample:photo&f=avif"},
		{"sign u", "url= up="},
		{"sign se", "sepia="},
		{"sign si", ""},
		{"sign url=sample:photo f", ""},
		{"version ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.words, func(t *testing.T) {
			var got []string
			for _, c := range completion.Complete(root(nil, system{}), strings.Split(tt.words, " ")) {
				got = append(got, c.Text)
			}
			if want := strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// Nothing has to be written twice: each parameter is offered with its choices, and each flag.
func TestCompleteKnowsEveryRow(t *testing.T) {
	for _, o := range new(param.Params).Options() {
		for _, choice := range append(o.Choices(), "") {
			text := o.Name + "=" + choice
			found := completion.Complete(root(nil, system{}),
				[]string{"transform", "in", "out", strings.TrimSuffix(text, "=")})
			if text != "f=auto" && !slices.ContainsFunc(found, func(c completion.Candidate) bool { return c.Text == text }) {
				t.Errorf("%s is not offered", text)
			}
		}
	}
	for _, f := range settings.Flags() {
		name := "--" + f.Names()[0]
		found := completion.Complete(root(nil, system{}), []string{"serve", name})
		if !slices.ContainsFunc(found, func(c completion.Candidate) bool { return c.Text == name && c.About != "" }) {
			t.Errorf("%s is not offered", name)
		}
	}
}

func TestCompleteLine(t *testing.T) {
	tests := []struct{ line, want string }{
		{"imagekit", ""},
		{"imagekit tr", "transform"},
		{"  imagekit\ttr", "transform"},
		{"imagekit transform in out f=av", "avif"},
		{"imagekit transform 'a file' in\\ out f=av", "avif"},
		{`imagekit transform in out "f=av`, "f=avif"},
		{"imagekit transform in out 'w=400&f=av", "w=400&f=avif"},
		{"imagekit transform in out 'w=400&fi", "w=400&fit= w=400&fit=VALUE"},
		{"imagekit transform in out fi", "fit="},
		{"imagekit transform in out 'w=400'", ""},
		{`imagekit transform in out w=400\&fi`, `400\&fit=`},
		{`imagekit transform in out w=400\&fit=co`, "cover"},
		{"imagekit transform in out ''f=av", ""},
		{"imagekit serve --log=w", "warn"},
		{"imagekit sign --base='https://a' 'url=sample:photo&rot=2", "url=sample:photo&rot=270"},
		{`imagekit sign "url=sample:photo&v=\"&rot=2`, `url=sample:photo&v="&rot=270`},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			if got := completion.Line(root(nil, system{}), tt.line, bashBreaks); !slices.Equal(got,
				strings.Fields(tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
