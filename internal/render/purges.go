package render

// Purges tells what was purged and when. Generations order purges: a later one has a higher number. What was made of a
// download that began at generation g is older than a purge p of its source if g < p.
type Purges interface {
	// Applied looks for new purges and returns the generation of the latest one, 0 when there was none.
	Applied() uint64
	// Last returns the generation of the latest purge that concerns a source with this v, 0 when none is known.
	Last(source, version string) uint64
}

// noPurges is Purges where there are none.
type noPurges struct{}

func (noPurges) Applied() uint64            { return 0 }
func (noPurges) Last(string, string) uint64 { return 0 }
