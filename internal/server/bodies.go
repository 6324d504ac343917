package server

import (
	"sync"
	"sync/atomic"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
)

const (
	// smallBody is the largest body that is not counted: the kernel takes it at once, so that the client keeps nothing
	// here but its connection. Most pictures are smaller, and cost nothing of what follows.
	smallBody = 64 << 10
	// socketShare is what every other body counts beside its bytes: what the kernel keeps for its socket.
	socketShare = sendQueue
)

// bodies bounds the memory of answers on their way to clients. Nobody else does once one is made: a client that does not
// read would keep it as long as it likes. A body in a file counts as its socket alone, and one that several
// clients read counts once. Safe for concurrent use.
type bodies struct {
	most, each int64 // bytes for all clients together, for one of them

	mu      sync.Mutex
	all     ledger
	clients map[string]*ledger // those with a body on its way

	refused, cut atomic.Uint64
}

// newBodies returns bounds of that many bytes in all and a quarter of them for one client. One body always fits.
func newBodies(most int64) *bodies {
	return &bodies{most: most, each: most / 4, all: newLedger(), clients: map[string]*ledger{}}
}

// enter counts a body for a client. When there is no room for it, nothing is counted and the fault returned.
func (s *bodies) enter(client string, b *blob.Blob) error {
	if b.Len() <= smallBody {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	own, known := s.clients[client]
	if !known {
		l := newLedger()
		own = &l
	}
	if !own.fits(b, s.each) {
		s.refused.Add(1)
		return fault.New(fault.RateLimited, "want at most %d MiB of answers that this client has asked for and not read yet, "+
			"a quarter of IMAGEKIT_ANSWER_BYTES", s.each>>20)
	}
	if !s.all.fits(b, s.most) {
		s.refused.Add(1)
		return fault.New(fault.Overloaded, "want at most %d MiB of answers that clients have not read yet "+
			"(IMAGEKIT_ANSWER_BYTES)",
			s.most>>20)
	}
	own.add(b)
	s.all.add(b)
	s.clients[client] = own
	return nil
}

// leave ends what enter counted.
func (s *bodies) leave(client string, b *blob.Blob) {
	if b.Len() <= smallBody {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.remove(b)
	own := s.clients[client]
	if own.remove(b); own.bytes == 0 {
		delete(s.clients, client)
	}
}

// hold counts a body that is no picture for the client, until the function that it returns is called. It comes before
// the header is set, so that a refusal has one of its own.
func (s *Server) hold(x *exchange, body []byte) (release func(), err error) {
	b := &blob.Blob{Data: body}
	if err := s.bodies.enter(x.client, b); err != nil {
		return nil, err
	}
	return func() { s.bodies.leave(x.client, b) }, nil
}

// ledger is what some bodies take together.
type ledger struct {
	bytes   int64
	readers map[*byte]int // of each body in memory
}

func newLedger() ledger { return ledger{readers: map[*byte]int{}} }

// fits reports whether there is room for one more body, as there is for the first of any size.
func (l *ledger) fits(b *blob.Blob, most int64) bool {
	more := int64(socketShare)
	if b.File == nil && l.readers[&b.Data[0]] == 0 {
		more += b.Len()
	}
	return l.bytes == 0 || l.bytes+more <= most
}

func (l *ledger) add(b *blob.Blob) {
	l.bytes += socketShare
	if b.File != nil {
		return
	}
	if l.readers[&b.Data[0]]++; l.readers[&b.Data[0]] == 1 {
		l.bytes += b.Len()
	}
}

func (l *ledger) remove(b *blob.Blob) {
	l.bytes -= socketShare
	if b.File != nil {
		return
	}
	if l.readers[&b.Data[0]]--; l.readers[&b.Data[0]] == 0 {
		delete(l.readers, &b.Data[0])
		l.bytes -= b.Len()
	}
}

// AnswerStats are figures of the bodies on their way.
type AnswerStats struct {
	Bytes   int64  // of memory that they take
	Limit   int64  // bound of Bytes
	Refused uint64 // answers refused for lack of room
	Cut     uint64 // answers cut off because the client read too slowly
}

// Answers returns a snapshot.
func (s *Server) Answers() AnswerStats {
	s.bodies.mu.Lock()
	defer s.bodies.mu.Unlock()
	return AnswerStats{s.bodies.all.bytes, s.bodies.most, s.bodies.refused.Load(), s.bodies.cut.Load()}
}
