package opt

import "strings"

// typos is how many changed letters are taken for a slip of the hand.
const typos = 2

// Nearest returns the one of names that is most likely meant by name: the one with the fewest changes of a letter where
// these may be a slip of the hand, else the longest that name begins with ("width" means w). It returns "" of no names.
func Nearest(name string, names []string) string {
	best, least, begun := "", 0, ""
	for _, n := range names {
		// Of equally near ones the one of the same length: letters that change places are two changes.
		if d := 2*distance(name, n) + min(1, max(len(n)-len(name), len(name)-len(n))); best == "" || d < least {
			best, least = n, d
		}
		if strings.HasPrefix(name, n) && len(n) > len(begun) {
			begun = n
		}
	}
	if least/2 > typos && begun != "" {
		return begun
	}
	return best
}

// distance is how many letters have to be put in, taken out or replaced (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
