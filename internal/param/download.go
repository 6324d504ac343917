package param

import (
	"strings"
	"unicode"
)

// maxFileName bounds dl in bytes: no usual file system has longer names.
const maxFileName = 200

// fileName reads the name of a file for the table.
type fileName struct{ to *string }

func (v fileName) String() string { return *v.to }

// Set takes a name that is one in every file system: no folders, and nothing that shows it otherwise than it is.
func (v fileName) Set(text string) error {
	if len(text) > maxFileName || strings.Trim(text, ". ") == "" || strings.ContainsAny(text, `/\:*?"<>|`) ||
		strings.ContainsFunc(text, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
		}) {
		return errValue
	}
	*v.to = text
	return nil
}

// Want says what Set accepts.
func (fileName) Want() string {
	return `the name of a file, of at most 200 bytes, without folders and invisible characters or any of : * ? " < > |`
}
