package worker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// The wire. Each message is a prologue of nine bytes, a header in JSON and a body:
//
//	kind (1 byte), length of the header (4 bytes, big endian), length of the body (4 bytes), header, body
//
// The child says hello once. Then, job after job: the parent sends a job (header: the plan; body: the ICC profile
// and the source, then those of each overlay), the child answers accepted (empty) when it has read all of it, progress
// (header: part and stage) when it goes on to a later stage or to the next part, and reply (header: stage times or a fault;
// body: the result) when it is done. The overlays come first, then the picture. A worker that ends before it accepted
// cannot have touched a source, so that job may go to another one.
//
// JSON costs some 20 µs a job and needs no code when a plan gains a field; the large parts never pass through it.
type kind byte

const (
	kindHello    kind = 'H'
	kindJob      kind = 'J'
	kindAccepted kind = 'A'
	kindProgress kind = 'P'
	kindReply    kind = 'R'
)

const (
	prologueLen = 9
	maxHeader   = 64 << 10 // bytes; a plan without its profile is below 2 KiB
	maxSource   = 1 << 30  // bytes of a job's body
	maxText     = 4 << 10  // bytes of a fault's detail or cause
)

// errWire is in the chain of every error about what the other side said, as opposed to read and write errors.
var errWire = errors.New("malformed message")

// send writes one message, its body as it stands in parts: no copy of the large ones.
func send(w io.Writer, k kind, header []byte, parts ...[]byte) error {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	if len(header) > maxHeader || size > maxSource {
		return fmt.Errorf("%w: %q of %d + %d bytes is too long to send", errWire, k, len(header), size)
	}
	head := make([]byte, 0, prologueLen+len(header))
	head = append(head, byte(k))
	head = binary.BigEndian.AppendUint32(head, uint32(len(header)))
	head = binary.BigEndian.AppendUint32(head, uint32(size))
	head = append(head, header...)
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// receive reads one message of the wanted kind with at most maxBody bytes of body. The body is read into buf when
// it fits there. At a clean end of the stream the error is io.EOF.
func receive(r io.Reader, want kind, maxBody int, buf []byte) (header, body []byte, err error) {
	var p [prologueLen]byte
	if _, err := io.ReadFull(r, p[:]); err != nil {
		return nil, nil, err
	}
	if k := kind(p[0]); k != want {
		return nil, nil, fmt.Errorf("%w: want %q, got %q", errWire, want, k)
	}
	headerLen, bodyLen := binary.BigEndian.Uint32(p[1:]), binary.BigEndian.Uint32(p[5:])
	if headerLen > maxHeader || int64(bodyLen) > int64(maxBody) {
		return nil, nil, fmt.Errorf("%w: %q of %d + %d bytes, want at most %d + %d",
			errWire, want, headerLen, bodyLen, maxHeader, maxBody)
	}
	header = make([]byte, headerLen)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, nil, noEOF(err)
	}
	if int(bodyLen) > cap(buf) {
		buf = make([]byte, bodyLen)
	}
	body = buf[:bodyLen]
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, nil, noEOF(err)
	}
	return header, body, nil
}

// noEOF makes an end of the stream inside a message unmistakable.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// hello is the header of the first message of a child.
type hello struct {
	Versions map[string]string // codec library → version
	Sandbox  Sandbox
}

// sendProgress says that a job has reached a place.
func sendProgress(w io.Writer, at place) error {
	header, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return send(w, kindProgress, header)
}

// decodeProgress returns the place that a job with so many overlays, which was at now, has reached. It only goes on, and
// no further than encoding: a worker that says otherwise could go on saying it for ever.
func decodeProgress(header []byte, now place, overlays int) (place, error) {
	var next place
	if err := json.Unmarshal(header, &next); err != nil {
		return now, fmt.Errorf("%w: progress: %w", errWire, err)
	}
	if next.Part < 0 || next.Part > overlays || next.Stage < stage.Decode || next.Stage > stage.Encode || !now.before(next) {
		return now, fmt.Errorf("%w: progress from %v to %v", errWire, now, next)
	}
	return next, nil
}

// replyHeader is the header of a reply. A failed job has a fault and no body.
type replyHeader struct {
	Times stage.Times
	Fault *failure
}

// failure is a fault.Error as it crosses the wire: the cause as text.
type failure struct {
	Kind   fault.Kind
	Detail string
	Param  string
	Retry  time.Duration
	Cause  string
	Part   int `json:",omitempty"`
}

// encodeReply returns a reply's header for a job that ended with err.
func encodeReply(times stage.Times, err error) ([]byte, error) {
	h := replyHeader{Times: times}
	if err != nil {
		f := fault.From(err)
		h.Fault = &failure{Kind: f.Kind, Detail: clip(f.Detail), Param: clip(f.Param), Retry: f.Retry, Part: f.Part}
		switch {
		case err != error(f) && !errors.Is(f.Err, err): // wrapped further: the outer text says more
			h.Fault.Cause = clip(err.Error())
		case f.Err != nil:
			h.Fault.Cause = clip(f.Err.Error())
		}
	}
	return json.Marshal(h)
}

// decodeReply is the inverse of encodeReply, for a job with so many overlays. It believes nothing: a worker may have been
// taken over by its source. failed is the job's own error, err one of the reply.
func decodeReply(header, body []byte, overlays int) (times stage.Times, failed *fault.Error, err error) {
	var h replyHeader
	if err := json.Unmarshal(header, &h); err != nil {
		return stage.Times{}, nil, fmt.Errorf("%w: reply: %w", errWire, err)
	}
	if (h.Fault == nil) != (len(body) > 0) {
		return stage.Times{}, nil, fmt.Errorf("%w: want a result or a fault, got %d bytes and fault: %t",
			errWire, len(body), h.Fault != nil)
	}
	for s, d := range h.Times {
		if d < 0 {
			return stage.Times{}, nil, fmt.Errorf("%w: negative time of %v", errWire, stage.Stage(s))
		}
	}
	if h.Fault == nil {
		return h.Times, nil, nil
	}
	f := h.Fault
	if int(f.Kind) >= len(fault.Kinds()) || f.Retry < 0 || f.Part < 0 || f.Part > overlays {
		return stage.Times{}, nil, fmt.Errorf("%w: fault of kind %d in part %d, retry after %v", errWire, uint8(f.Kind),
			f.Part, f.Retry)
	}
	failed = &fault.Error{Kind: f.Kind, Detail: clip(f.Detail), Param: clip(f.Param), Retry: f.Retry, Part: f.Part}
	if f.Cause != "" {
		failed.Err = errors.New(clip(f.Cause))
	}
	return h.Times, failed, nil
}

// clip cuts text to what may cross the wire, as valid UTF-8.
func clip(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "")
}

// maxResult bounds the bytes of a result: 8 for each pixel is above what any encoder here makes of noise at full
// quality, the rest is for headers.
func maxResult(p plan.Plan) int {
	side := func(n int) int64 { return int64(min(max(n, 0), 1<<20)) } // beyond any format; the product cannot overflow
	size := p.Size()
	pixels := side(size.X) * side(size.Y)
	pictures := int64(min(max(p.Frames, 1), 1<<14))
	most := 8 * pixels
	if p.Moves() { // 256 bytes for the headers of a picture and its table of colours, and three times that
		most = min(pictures*(most+1<<10), plan.MaxMoving)
	}
	return int(min(most+int64(len(p.Source.Profile))+1<<20, maxSource))
}
