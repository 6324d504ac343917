package opt

import "strconv"

// The number grammar is narrower than strconv's: no sign, exponent, hexadecimal, underscore, NaN or infinity,
// so that a number has few spellings and none that another program reads differently.
const (
	maxWhole    = 10 // digits of a whole number
	maxInteger  = 5  // digits before the point of a decimal
	maxFraction = 6  // digits after the point
)

// Whole reads [0-9]{1,10}.
func Whole(s string) (n int, ok bool) {
	if digits(s) != len(s) || s == "" || len(s) > maxWhole {
		return 0, false
	}
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// Decimal reads [0-9]{1,5}(\.[0-9]{1,6})?.
func Decimal(s string) (x float64, ok bool) {
	n := digits(s)
	if n == 0 || n > maxInteger {
		return 0, false
	}
	if n < len(s) {
		fraction := s[n+1:]
		if s[n] != '.' || fraction == "" || len(fraction) > maxFraction || digits(fraction) != len(fraction) {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// digits counts the decimal digits s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}
