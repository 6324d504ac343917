package playground

import (
	"slices"

	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// control is what the page shows for a parameter.
type control struct {
	opt.Option
	Kind    string // what people set it with, see kind
	Choices []choice
	Step    string // of a number
	Scale   string // of its slider: even, factor or pixels
}

// choice is one value of an enumeration.
type choice struct {
	Value string
	Text  string
}

// step is how far a key moves a number with a fraction.
func step(o opt.Option, scale string) string {
	switch {
	case o.Max-o.Min <= 1:
		return "0.05"
	case scale == "factor":
		return "0.1"
	case o.Max-o.Min > 100:
		return "1"
	}
	return "0.25"
}

// group is a heading and its controls.
type group struct {
	Name     string
	Open     bool // without being asked: what most people came for
	Controls []control
}

// groups arranges the table's rows under their headings, in the table's order. The source has a place of its own, and
// the signature is made by /sign.
func (c Config) groups() []group {
	var list []group
	for _, o := range new(param.Request).Options() {
		if o.Name == "sig" || o.Name == "url" || o.Name == "p" && len(c.Presets) == 0 || c.OnlyPresets &&
			!besidePresets[o.Name] {
			continue
		}
		if len(list) == 0 || list[len(list)-1].Name != o.Group {
			list = append(list, group{Name: o.Group, Open: o.Group == "Preset" || o.Group == "Size" || o.Group == "Output"})
		}
		g := &list[len(list)-1]
		g.Controls = append(g.Controls, c.control(o))
	}
	return list
}

// besidePresets are the controls that are left where only presets are allowed.
var besidePresets = map[string]bool{"p": true, "t": true, "v": true}

func (c Config) control(o opt.Option) control {
	made := control{Option: o, Kind: kind(o), Choices: choices(o), Step: "1", Scale: scale(o)}
	if _, whole := o.To.(*int); made.Kind == "number" && !whole {
		made.Step = step(o, made.Scale)
	}
	if o.Name == "f" {
		made.Choices = slices.DeleteFunc(made.Choices, func(f choice) bool {
			return f.Value != "auto" && f.Value != "json" && !slices.Contains(c.Formats, f.Value)
		})
		made.Default = c.DefaultFormat
	}
	if o.Name == "p" {
		made.Kind = "choice"
		for _, name := range c.Presets {
			made.Choices = append(made.Choices, choice{Value: name, Text: name})
		}
	}
	made.Choices = withDefault(made.Choices, made.Option)
	return made
}

// withDefault gives the default the empty value, which stays out of the URL, and adds it where no value means it.
func withDefault(list []choice, o opt.Option) []choice {
	if list == nil {
		return nil
	}
	i := slices.IndexFunc(list, func(c choice) bool { return c.Value == o.Default })
	if i < 0 {
		return slices.Insert(list, 0, choice{Text: o.DefaultDoc})
	}
	list[i].Value = ""
	return list
}

// pickers have an editor of their own on the page.
var pickers = map[string]string{
	"g": "point", "crop": "crop", "bg": "color", "t": "time", "tint": "color", "duotone": "colors",
	"padding": "length", "radius": "length", "border": "border", "wma": "number",
	"text": "lines", "textcolor": "color", "textbox": "color", "textmargin": "number",
}

// scale says how a number's slider divides its range. A thousand steps are what a hand can tell apart.
func scale(o opt.Option) string {
	_, factor := o.To.(*float64)
	switch {
	case factor && o.Min > 0 && o.Max >= 50*o.Min:
		return "factor"
	case o.Max-o.Min > 1000:
		return "pixels"
	}
	return "even"
}

// kind says what a parameter is set with: a switch, a slider with a number, a choice, one of the pickers, or text.
func kind(o opt.Option) string {
	if picker, ok := pickers[o.Name]; ok {
		return picker
	}
	switch o.To.(type) {
	case *bool:
		return "switch"
	case *int, *float64:
		return "number"
	}
	if o.Choices() != nil {
		return "choice"
	}
	return "text"
}

// choices lists the values of an enumeration, each meaning once: aliases of another one are no choice.
func choices(o opt.Option) []choice {
	var list []choice
	for _, value := range o.Choices() {
		if o.Parse(value) != nil {
			continue
		}
		normal := o.Encode()
		if normal == value || normal == "" {
			list = append(list, choice{Value: value, Text: value})
		}
	}
	return list
}

// Grouped reports whether the control is several inputs, so that its title labels the group.
func (c control) Grouped() bool { return c.Kind == "choice" || c.Kind == "point" }
