package param

import (
	"strconv"
	"strings"

	"imagekit/internal/opt"
)

// Text is a text that is written over the result. The zero value is none.
type Text struct {
	Value   string
	Font    string // its name; "" = the built-in one
	Size    int    // pixels before dpr; 0 = not given
	Color   Color
	Gravity Gravity
	Margin  Margin
	Box     Color
}

// Given reports whether there is a text.
func (t Text) Given() bool { return t.Value != "" }

const (
	maxText         = 300 // bytes
	defaultTextSize = 32
	defaultFont     = "go"
	maxFont         = 100 // bytes of a name
)

// Pixels returns the size of the letters before dpr.
func (t Text) Pixels() int {
	if t.Size == 0 {
		return defaultTextSize
	}
	return t.Size
}

// Margin is the space around a text in pixels before dpr. The zero value is not given: it depends on the result.
type Margin struct {
	Set   bool
	Value int
}

// appendText adds what is written over the picture.
func (p *Params) appendText(list []opt.Option) []opt.Option {
	t := &p.Text
	return append(list, []opt.Option{
		{
			Name: "text", Title: "Text", To: textValue{&t.Value}, Group: "Text", DefaultDoc: "none",
			Example: "w=240&text=Hello&textcolor=fff",
			Doc: "A text written over the result, after the watermark. It is wrapped at the width; `%0A` begins a new " +
				"line. Right-to-left scripts, ligatures and combining marks are set as they should be. A character that no " +
				"font has is a box.",
		},
		{
			Name: "textfont", Title: "Font", To: &t.Font, Max: maxFont, Group: "Text", Default: defaultFont,
			Example: "w=240&text=Hello&textcolor=fff&textfont=go-bold",
			Doc:     "Name of a font. `go` and `go-bold` are built in.",
		},
		{
			Name: "textsize", Title: "Size", To: &t.Size, Min: 4, Max: 1000, Group: "Text",
			Default: strconv.Itoa(defaultTextSize), Example: "w=240&text=Hello&textcolor=fff&textsize=18",
			Doc: "Size of the letters in pixels, multiplied by `dpr`.",
		},
		{
			Name: "textcolor", Title: "Colour", To: colorValue{&t.Color}, Group: "Text", Default: "000000",
			Example: "w=240&text=Hello&textcolor=ffd54a",
			Doc:     "Colour of the letters. Emoji keep their own.",
		},
		{
			Name: "textg", Title: "Place", To: gravityValue{&t.Gravity}, Group: "Text", Default: gravityNames[0].name,
			Example: "w=240&text=Hello&textcolor=fff&textg=bottom-right",
			Doc:     "Where the text stands, and how its lines are aligned. `XxY` splits the free space X : 1−X and Y : 1−Y.",
		},
		{
			Name: "textmargin", Title: "Margin", To: marginValue{&t.Margin}, Max: MaxSide, Group: "Text",
			DefaultDoc: "a twentieth of the shorter side", Example: "w=240&text=Hello&textcolor=fff&textg=left&textmargin=40",
			Doc: "Space between the text and the edges in pixels, multiplied by `dpr`.",
		},
		{
			Name: "textbox", Title: "Box", To: colorValue{&t.Box}, Group: "Text", DefaultDoc: "no box",
			Example: "w=240&text=Hello&textbox=ffd54a",
			Doc:     "Colour of a box behind the text.",
		},
	}...)
}

// textValue reads a text. Control characters are refused before, all but the line feed.
type textValue struct{ to *string }

func (v textValue) String() string { return *v.to }

// Set takes text that shows something.
func (v textValue) Set(s string) error {
	if len(s) > maxText || strings.TrimSpace(s) == "" {
		return errValue
	}
	*v.to = s
	return nil
}

// Want says what Set accepts.
func (textValue) Want() string {
	return "text of at most " + strconv.Itoa(maxText) + " bytes, not blank"
}

// marginValue reads a margin: 0 is not the same as none given.
type marginValue struct{ to *Margin }

func (v marginValue) String() string {
	if !v.to.Set {
		return ""
	}
	return strconv.Itoa(v.to.Value)
}

// Set reads whole pixels.
func (v marginValue) Set(s string) error {
	n, ok := opt.Whole(s)
	if !ok || n > MaxSide {
		return errValue
	}
	*v.to = Margin{Set: true, Value: n}
	return nil
}

// Want says what Set accepts.
func (marginValue) Want() string { return "whole pixels 0…" + strconv.Itoa(MaxSide) }
