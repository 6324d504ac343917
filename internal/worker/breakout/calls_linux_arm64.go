package breakout

// extra is for what an architecture has more; this one has only the common calls.
func extra() []attempt { return nil }
