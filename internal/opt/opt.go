// Package opt describes an option: its name, the variable it sets, what it accepts, its default and its words.
// Request parameters and settings are lists of options, so that parsing, errors, the reference pages, the form
// and the tests all come from one row.
package opt

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// Option is one row of such a list, in the manner of package flag: it is bound to the variable it sets.
type Option struct {
	// Name is what people write: "w", "IMAGEKIT_ADDR".
	Name string
	// Title is what a form calls it, one or two words: "Width".
	Title string
	// To is a *bool, *int, *float64, *string or flag.Value. A flag.Value returns the same text for equal meanings,
	// leaves itself alone when Set fails, and describes itself by Choices() []string or Want() string.
	// nil: the row only describes; it is read elsewhere.
	To any
	// Min and Max bound a number, or the bytes of a *string. Max 0: no upper bound.
	Min, Max float64
	// Words stand for numbers of an *int.
	Words []Word
	// Default is the value when the option is absent, as Parse reads it and Encode would write it.
	Default string
	// DefaultDoc says in words what an absent option means when that is no fixed value.
	DefaultDoc string
	Group      string // heading in the reference page and the form
	Example    string // a query or value that shows the option at work
	Doc        string // one or two sentences, Markdown
}

// Word is a word that stands for a number.
type Word struct {
	Name   string
	Number int
}

// Error says that a value was not accepted. All of it may be shown to the one who sent the value.
type Error struct {
	Name  string // the option
	Value string // what was got: the whole value, or the piece of it that was wrong
	Want  string // what was wanted
	Err   error  // what the flag.Value said; nil for the plain types
}

// Error names the option, the value and what was wanted.
func (e *Error) Error() string {
	return e.Name + ": got " + Quote(e.Value) + ", want " + e.Want
}

// Unwrap returns what the flag.Value said.
func (e *Error) Unwrap() error { return e.Err }

// maxQuoted is how many bytes of a refused value an error repeats.
const maxQuoted = 80

// Quote returns the value as a Go string literal, cut to a length fit for an error message.
func Quote(value string) string {
	if len(value) > maxQuoted {
		return strconv.Quote(value[:maxQuoted]) + "…"
	}
	return strconv.Quote(value)
}

// Parse sets the variable from a value. A refused value leaves the variable as it was and returns an *Error.
func (o Option) Parse(value string) error {
	switch to := o.To.(type) {
	case *bool:
		if value != "1" {
			return o.refuse(value, nil)
		}
		*to = true
	case *int:
		n, ok := o.number(value)
		if !ok || !o.holds(float64(n)) {
			return o.refuse(value, nil)
		}
		*to = n
	case *float64:
		x, ok := Decimal(value)
		if !ok || !o.holds(x) {
			return o.refuse(value, nil)
		}
		*to = x
	case *string:
		if !o.holds(float64(len(value))) {
			return o.refuse(value, nil)
		}
		*to = value
	case flag.Value:
		if err := to.Set(value); err != nil {
			return o.refuse(value, err)
		}
	default:
		panic(fmt.Sprintf("opt: %s: cannot set a %T", o.Name, o.To))
	}
	return nil
}

// number reads a whole number, or the word for one.
func (o Option) number(value string) (int, bool) {
	for _, w := range o.Words {
		if w.Name == value {
			return w.Number, true
		}
	}
	return Whole(value)
}

func (o Option) holds(x float64) bool { return x >= o.Min && (o.Max == 0 || x <= o.Max) }

// refuse builds the error. A flag.Value that returned an *Error knows better which piece was wrong.
func (o Option) refuse(value string, cause error) *Error {
	e := &Error{Name: o.Name, Value: value, Want: o.Want(), Err: cause}
	var inner *Error
	if errors.As(cause, &inner) {
		e.Value = inner.Value
		if inner.Want != "" {
			e.Want = inner.Want
		}
	}
	return e
}

// Encode returns the normal form of the variable: equal meanings give equal text, the default gives "".
func (o Option) Encode() string {
	text := ""
	switch to := o.To.(type) {
	case *bool:
		if *to {
			text = "1"
		}
	case *int:
		if *to != 0 {
			text = strconv.Itoa(*to)
		}
	case *float64:
		if *to != 0 {
			text = plain(*to)
		}
	case *string:
		text = *to
	case flag.Value:
		text = to.String()
	}
	if text == o.Default {
		return ""
	}
	return text
}

// Want says what the option accepts: "a whole number 1…8192".
func (o Option) Want() string {
	switch to := o.To.(type) {
	case *bool:
		return "1"
	case *int:
		if len(o.Words) > 0 {
			return "a whole number" + o.interval() + ", or one of " + strings.Join(o.Choices(), ", ")
		}
		return "a whole number" + o.interval()
	case *float64:
		return "a number" + o.interval()
	case *string:
		if o.Max > 0 {
			return fmt.Sprintf("text of at most %.0f bytes", o.Max)
		}
		return "text"
	case interface{ Want() string }:
		return to.Want()
	}
	if choices := o.Choices(); choices != nil {
		return "one of " + strings.Join(choices, ", ")
	}
	return "something else"
}

func (o Option) interval() string {
	if o.Max == 0 {
		return " of at least " + plain(o.Min)
	}
	return " " + plain(o.Min) + "…" + plain(o.Max)
}

// Choices lists the words an option accepts, nil when there are none.
func (o Option) Choices() []string {
	var words []string
	for _, w := range o.Words {
		words = append(words, w.Name)
	}
	if words != nil {
		return words
	}
	if to, ok := o.To.(interface{ Choices() []string }); ok {
		return to.Choices()
	}
	return nil
}

// plain writes a number without an exponent.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
