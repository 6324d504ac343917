package param

// Anim says whether a source that moves shall move in the result.
type Anim uint8

// The answers.
const (
	AnimUnset Anim = iota // where format and limits allow it
	AnimOff               // no
	AnimOn                // yes, or refused
)

var animNames = [...]string{AnimUnset: "", AnimOff: "0", AnimOn: "1"}

// String returns what Set reads.
func (a Anim) String() string { return animNames[a] }

// Set reads 1 or 0. Part of flag.Value.
func (a *Anim) Set(s string) error {
	switch s {
	case animNames[AnimOff]:
		*a = AnimOff
	case animNames[AnimOn]:
		*a = AnimOn
	default:
		return errValue
	}
	return nil
}

// Choices lists what Set accepts.
func (*Anim) Choices() []string { return []string{animNames[AnimOn], animNames[AnimOff]} }

// checkAnim refuses motion of a single picture.
func (p Params) checkAnim() error {
	if p.Anim == AnimOn && p.Page > 0 {
		return refuse("page", "page: got it beside anim=1, want one of them: a page is a still")
	}
	return nil
}
