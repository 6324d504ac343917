package opt

import "strings"

// Column is one column of a reference table.
type Column struct {
	Title string
	Cell  func(Option) string
}

// Reference returns a Markdown table for each group of options, under the group's name as a heading.
// Options of a group stand together and keep their order.
func Reference(options []Option, columns ...Column) string {
	var b strings.Builder
	group := ""
	for _, o := range options {
		if o.Group != group {
			group = o.Group
			b.WriteString("\n## " + group + "\n\n")
			line(&b, columns, func(c Column) string { return c.Title })
			line(&b, columns, func(Column) string { return "---" })
		}
		line(&b, columns, func(c Column) string { return c.Cell(o) })
	}
	return b.String()
}

func line(b *strings.Builder, columns []Column, cell func(Column) string) {
	b.WriteByte('|')
	for _, c := range columns {
		b.WriteString(" " + strings.ReplaceAll(cell(c), "|", `\|`) + " |")
	}
	b.WriteByte('\n')
}

// Code returns the text as Markdown code, and nothing for nothing.
func Code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// DefaultText returns the default for a reference page: the value as code, or the words.
func (o Option) DefaultText() string {
	if o.Default != "" {
		return Code(o.Default)
	}
	return o.DefaultDoc
}
