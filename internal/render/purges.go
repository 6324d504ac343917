package render

// Purges tells what was purged and when. Generations order purges: a later one has a higher number. What was made of a
// download that began at generation g is older than a purge p of its source if g < p.
type Purges interface {
	// Applied looks for new purges and returns the generation of the latest one, 0 when there was none.
	Applied() uint64
	// Last returns the generation of the latest purge of a source that is known, 0 when there is none.
	Last(source string) uint64
}

// noPurges is Purges where there are none.
type noPurges struct{}

func (noPurges) Applied() uint64    { return 0 }
func (noPurges) Last(string) uint64 { return 0 }
