package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// isPiped reports whether r is fed by a program or a file. A terminal and /dev/null are not.
func isPiped(r any) bool {
	f, ok := r.(*os.File)
	if !ok {
		return true
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&(fs.ModeCharDevice|fs.ModeDir) == 0
}

// signLines signs every line of standard input and returns how many there were. What is signed is written before it
// waits for more, so that a program at the other end may ask one by one.
func (s signer) signLines(ctx context.Context, sys system) (lines int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	input := readLines(ctx, sys.in)
	out := bufio.NewWriter(sys.out)
	bad := 0
	for {
		var l inputLine
		var more bool
		select {
		case l, more = <-input:
		default:
			if err := out.Flush(); err != nil {
				return lines, err
			}
			select {
			case l, more = <-input:
			case <-ctx.Done():
				return lines, interruptedError(fmt.Sprintf("%d lines signed", lines-bad))
			}
		}
		if !more {
			break
		}
		if l.end != nil {
			return lines, errors.Join(fmt.Errorf("standard input: %w", fault.Plain(l.end)), out.Flush())
		}
		lines++
		signed, err := s.sign(l.text)
		if l.long {
			err = fmt.Errorf("more than %d bytes, want one query", maxLine)
		}
		if err != nil {
			bad++
			fmt.Fprintf(sys.err, "imagekit: line %d: %v\n", lines, err)
			continue
		}
		_, _ = out.WriteString(signed) // the writer remembers its error for Flush
		if err := out.WriteByte('\n'); err != nil {
			return lines, err
		}
	}
	if err := out.Flush(); err != nil {
		return lines, err
	}
	if bad > 0 {
		return lines, fmt.Errorf("%d of %d lines could not be signed", bad, lines)
	}
	return lines, nil
}

// maxLine bounds a line in bytes: no longer query is accepted.
const maxLine = param.MaxQuery

// inputLine is one line without its end.
type inputLine struct {
	text string
	long bool  // it has more than maxLine bytes, and the text is not all of it
	end  error // the input broke here; no line
}

// readLines sends the lines of r until it or ctx ends. It stays behind, in a read, when ctx ends first.
func readLines(ctx context.Context, r io.Reader) <-chan inputLine {
	lines := make(chan inputLine, 256)
	go func() {
		defer close(lines)
		in := bufio.NewReaderSize(r, 64<<10)
		for {
			l, err := readLine(in)
			if err == io.EOF {
				return
			}
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine returns the next line, io.EOF behind the last one. "\r\n" ends a line as "\n" does.
func readLine(in *bufio.Reader) (inputLine, error) {
	text, more, err := in.ReadLine()
	if err != nil {
		return inputLine{end: err}, err
	}
	l := inputLine{long: more || len(text) > maxLine}
	if !l.long {
		l.text = string(text)
	}
	for more && err == nil {
		_, more, err = in.ReadLine()
	}
	if err != nil && err != io.EOF {
		return inputLine{end: err}, err
	}
	return l, nil
}
