//go:build unix

package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/stage"
)

// fill sets every field of v, however deep, to something that is not its zero value.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(strconv.Itoa(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) + 1.0/3)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 200))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) << 20)
	default:
		panic("a plan holds a " + v.Kind().String() + ", which this test does not know")
	}
}

// TestEveryFieldOfAPlanCrosses fails for a field that JSON leaves out.
func TestEveryFieldOfAPlanCrosses(t *testing.T) {
	var p plan.Plan
	fill(reflect.ValueOf(&p).Elem(), new(int))
	overlays := []*blob.Blob{{Data: []byte("first")}, {}, {Data: []byte("third")}}
	header, err := encodeJob(p, overlays...)
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.Join(bodyOf(nil, p, &blob.Blob{Data: []byte("source")}, overlays), nil)
	got, source, more, err := decodeJob(header, body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Errorf("plan (-sent +got):\n%s", diff)
	}
	if string(source) != "source" || len(more) != 3 || string(more[0]) != "first" || len(more[1]) != 0 ||
		string(more[2]) != "third" {
		t.Errorf("source %q, overlays %q", source, more)
	}
}

// TestOneSourceOnTheWire: a job without overlays is the bytes that it was before there were any.
func TestOneSourceOnTheWire(t *testing.T) {
	p := testPlan
	p.Source.Profile = []byte("icc")
	header, err := encodeJob(p)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(header); strings.Contains(text, "Overlays") || !strings.HasSuffix(text, `,"Profile":3}`) {
		t.Errorf("the header is %s", text)
	}
	if body := bodyOf(nil, p, &blob.Blob{Data: []byte("x")}, nil); len(body) != 2 ||
		string(body[0])+string(body[1]) != "iccx" {
		t.Errorf("the body is %q", body)
	}
	var b bytes.Buffer
	if err := sendProgress(&b, place{0, stage.Encode}); err != nil || b.String()[prologueLen:] != `{"Stage":6}` {
		t.Errorf("progress is %q, %v", b.String(), err)
	}
}

func TestJobIsNotBelieved(t *testing.T) {
	for _, tt := range []struct{ name, header string }{
		{"profile beyond the body", `{"Profile":5}`},
		{"negative profile", `{"Profile":-1}`},
		{"overlay without its lengths", `{"Plan":{"Overlays":[{}]}}`},
		{"lengths without an overlay", `{"Overlays":[{"Source":1}]}`},
		{"overlay beyond the body", `{"Profile":3,"Plan":{"Overlays":[{}]},"Overlays":[{"Source":2}]}`},
		{"its profile beyond the body", `{"Plan":{"Overlays":[{}]},"Overlays":[{"Profile":4,"Source":1}]}`},
		{"negative length", `{"Plan":{"Overlays":[{}]},"Overlays":[{"Source":-1}]}`},
		{"lengths that overflow", `{"Plan":{"Overlays":[{},{}]},"Overlays":[{"Source":9223372036854775807},{"Source":9223372036854775807}]}`},
	} {
		if _, _, _, err := decodeJob([]byte(tt.header), []byte("body")); !errors.Is(err, errWire) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestPlanThatIsNoNumber(t *testing.T) {
	p := plan.Plan{Geometry: plan.Geometry{Window: plan.Window{W: math.NaN()}}}
	if _, err := encodeJob(p); err == nil {
		t.Error("a window of NaN was encoded")
	}
}

// describe is everything that a fault holds, its cause as text.
func describe(f *fault.Error) string {
	if f == nil {
		return "none"
	}
	return fmt.Sprintf("%v %q %q %v %v %d", f.Kind, f.Detail, f.Param, f.Retry, f.Err, f.Part)
}

func TestReply(t *testing.T) {
	cause := errors.New("premature end")
	coded := fault.Wrap(fault.DamagedImage, cause, "want 3 components, got %d", 2)
	coded.Param, coded.Retry, coded.Part = "crop", 3*time.Second, 1
	for _, tt := range []struct {
		name string
		err  error
		want *fault.Error
	}{
		{"success", nil, nil},
		{"fault", coded, &fault.Error{
			Kind: fault.DamagedImage, Detail: "want 3 components, got 2", Param: "crop", Retry: 3 * time.Second, Err: cause, Part: 1,
		}},
		{"fault, wrapped", fmt.Errorf("row 7: %w", coded), &fault.Error{
			Kind: fault.DamagedImage, Detail: "want 3 components, got 2", Param: "crop", Retry: 3 * time.Second, Part: 1,
			Err: errors.New("row 7: " + coded.Error()),
		}},
		{"any error", cause, &fault.Error{Kind: fault.Internal, Detail: fault.From(cause).Detail, Err: cause}},
		{
			"no cause", fault.New(fault.TooManyPixels, "too many"),
			&fault.Error{Kind: fault.TooManyPixels, Detail: "too many"},
		},
		{"deadline", context.DeadlineExceeded, &fault.Error{
			Kind: fault.Timeout, Detail: fault.From(context.DeadlineExceeded).Detail, Err: context.DeadlineExceeded,
		}},
		{
			"long, and not UTF-8", fault.New(fault.Internal, "%s", strings.Repeat("\xff", 10)+strings.Repeat("ü", maxText)),
			&fault.Error{Kind: fault.Internal, Detail: strings.Repeat("ü", (maxText-10)/2)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := stage.Times{stage.Decode: time.Second, stage.Store: 1}
			header, err := encodeReply(sent, tt.err)
			if err != nil {
				t.Fatal(err)
			}
			var body []byte
			if tt.err == nil {
				body = []byte("result")
			}
			times, failed, err := decodeReply(header, body, 1)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(describe(tt.want), describe(failed)); diff != "" {
				t.Errorf("fault (-want +got):\n%s", diff)
			}
			if times != sent {
				t.Errorf("times %v, want %v", times, sent)
			}
		})
	}
}

func TestReplyIsNotBelieved(t *testing.T) {
	for _, tt := range []struct{ name, header, body string }{
		{"no JSON", "result", "x"},
		{"neither result nor fault", "{}", ""},
		{"result and fault", `{"Fault":{"Kind":1}}`, "x"},
		{"kind that is none", `{"Fault":{"Kind":200}}`, ""},
		{"kind out of range", `{"Fault":{"Kind":300}}`, ""},
		{"negative retry", `{"Fault":{"Kind":1,"Retry":-1}}`, ""},
		{"part that is none", `{"Fault":{"Kind":1,"Part":2}}`, ""},
		{"negative part", `{"Fault":{"Kind":1,"Part":-1}}`, ""},
		{"negative time", `{"Times":[0,0,0,0,-1,0,0,0]}`, "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := decodeReply([]byte(tt.header), []byte(tt.body), 1); !errors.Is(err, errWire) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	at := func(part int, s stage.Stage) place { return place{part, s} }
	for _, tt := range []struct {
		name, header string
		now, want    place
		ok           bool
	}{
		{"goes on", `{"Stage":5}`, at(0, stage.Decode), at(0, stage.Resize), true},
		{"skips one", `{"Stage":6}`, at(0, stage.Decode), at(0, stage.Encode), true},
		{"of an overlay", `{"Part":1,"Stage":5}`, at(1, stage.Decode), at(1, stage.Resize), true},
		{"to the next overlay", `{"Part":2,"Stage":4}`, at(1, stage.Resize), at(2, stage.Decode), true},
		{"to the picture", `{"Stage":4}`, at(2, stage.Resize), at(0, stage.Decode), true},
		{"stays", `{"Stage":4}`, at(0, stage.Decode), place{}, false},
		{"goes back", `{"Stage":5}`, at(0, stage.Encode), place{}, false},
		{"back to an overlay", `{"Part":1,"Stage":6}`, at(0, stage.Decode), place{}, false},
		{"back to the first overlay", `{"Part":1,"Stage":6}`, at(2, stage.Decode), place{}, false},
		{"overlay that is none", `{"Part":3,"Stage":4}`, at(2, stage.Decode), place{}, false},
		{"negative part", `{"Part":-1,"Stage":4}`, at(1, stage.Decode), place{}, false},
		{"before decoding", `{"Stage":3}`, at(1, stage.Decode), place{}, false},
		{"beyond the worker's", `{"Stage":7}`, at(0, stage.Encode), place{}, false},
		{"no stage at all", `{"Stage":200}`, at(0, stage.Decode), place{}, false},
		{"out of range", `{"Stage":300}`, at(0, stage.Decode), place{}, false},
		{"no JSON", `5`, at(0, stage.Decode), place{}, false},
	} {
		got, err := decodeProgress([]byte(tt.header), tt.now, 2)
		if tt.ok && (err != nil || got != tt.want) || !tt.ok && !errors.Is(err, errWire) {
			t.Errorf("%s: got %v, %v", tt.name, got, err)
		}
	}
}

func TestReceive(t *testing.T) {
	whole := "R\x00\x00\x00\x02\x00\x00\x00\x03{}abc"
	for _, tt := range []struct {
		name, stream string
		maxBody      int
		want         error
	}{
		{"whole", whole, 3, nil},
		{"nothing", "", 3, io.EOF},
		{"part of the prologue", whole[:5], 3, io.ErrUnexpectedEOF},
		{"no header", whole[:9], 3, io.ErrUnexpectedEOF},
		{"no body", whole[:11], 3, io.ErrUnexpectedEOF},
		{"part of the body", whole[:13], 3, io.ErrUnexpectedEOF},
		{"other kind", "J" + whole[1:], 3, errWire},
		{"body too long", whole, 2, errWire},
		{"header too long", "R\x00\x01\x00\x01\x00\x00\x00\x00", 3, errWire},
		{"lengths beyond 31 bits", "R\xff\xff\xff\xff\xff\xff\xff\xff", math.MaxInt32, errWire},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header, body, err := receive(strings.NewReader(tt.stream), kindReply, tt.maxBody, nil)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if tt.want == nil && (string(header) != "{}" || string(body) != "abc") {
				t.Errorf("got %q, %q", header, body)
			}
		})
	}
	buf := make([]byte, 8)
	if _, body, err := receive(strings.NewReader(whole), kindReply, 3, buf); err != nil || &body[0] != &buf[0] {
		t.Errorf("a buffer that is large enough was not used (%v)", err)
	}
	if err := send(io.Discard, kindJob, make([]byte, maxHeader+1)); !errors.Is(err, errWire) {
		t.Errorf("a header that nobody would receive was sent: %v", err)
	}
}

func TestMaxResult(t *testing.T) {
	for _, tt := range []struct {
		canvas image.Point
		want   int
	}{
		{image.Pt(0, 0), 1 << 20},
		{image.Pt(1000, 500), 4_000_000 + 1<<20},
		{image.Pt(1<<30, 1<<30), maxSource},
		{image.Pt(-5, 7), 1 << 20},
	} {
		if got := maxResult(plan.Plan{Geometry: plan.Geometry{Canvas: tt.canvas}}); got != tt.want {
			t.Errorf("%v: got %d, want %d", tt.canvas, got, tt.want)
		}
	}
}

// FuzzJob is the child's reader: what it takes, it would send the same way.
func FuzzJob(f *testing.F) {
	full := testPlan
	full.Source = probe.Info{Format: format.JPEG, Width: 4000, Height: 3000, Orientation: 6, Profile: []byte("icc")}
	full.Window = plan.Window{X: 0.25, Y: 1e-9, W: 3999.5, H: 3000}
	marked := full
	marked.Overlays = []plan.Overlay{{Source: full.Source, Opacity: 65535}}
	for _, p := range []plan.Plan{{}, testPlan, full, marked} {
		var b bytes.Buffer
		var overlays []*blob.Blob
		for range p.Overlays {
			overlays = append(overlays, &blob.Blob{Data: []byte("mark")})
		}
		header, err := encodeJob(p, overlays...)
		if err != nil {
			f.Fatal(err)
		}
		body := bodyOf(nil, p, &blob.Blob{Data: []byte("\xff\xd8\xff source")}, overlays)
		if err := send(&b, kindJob, header, body...); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("J\x00\x00\x00\x0d\x00\x00\x00\x01{\"Profile\":2}x"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		header, body, err := receive(bytes.NewReader(stream), kindJob, 1<<16, nil)
		if err != nil {
			return
		}
		p, source, more, err := decodeJob(header, body)
		if err != nil {
			if !errors.Is(err, errWire) {
				t.Fatalf("error without its kind: %v", err)
			}
			return
		}
		var overlays []*blob.Blob
		for _, data := range more {
			overlays = append(overlays, &blob.Blob{Data: data})
		}
		if !bytes.Equal(bytes.Join(bodyOf(nil, p, &blob.Blob{Data: source}, overlays), nil), body) {
			t.Fatalf("the body of %d bytes became another", len(body))
		}
		again, err := encodeJob(p, overlays...)
		if err != nil {
			t.Fatal(err)
		}
		q, source2, more2, err := decodeJob(again, body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, q); diff != "" || !bytes.Equal(source, source2) ||
			!slices.EqualFunc(more, more2, bytes.Equal) {
			t.Fatalf("round trip (-first +second):\n%s", diff)
		}
	})
}

// FuzzReply is the parent's reader: whatever a worker says, it is a bounded result, a known fault or an error.
func FuzzReply(f *testing.F) {
	for _, err := range []error{nil, fault.Wrap(fault.DamagedImage, io.ErrUnexpectedEOF, "row %d", 7), io.EOF} {
		header, _ := encodeReply(stage.Times{stage.Decode: 1}, err)
		var b bytes.Buffer
		var body []byte
		if err == nil {
			body = []byte("result")
		}
		if err := send(&b, kindReply, header, body); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("R\x00\x00\x00\x18\x00\x00\x00\x00{\"Fault\":{\"Kind\":255}}  "))
	f.Fuzz(func(t *testing.T, stream []byte) {
		header, body, err := receive(bytes.NewReader(stream), kindReply, 1<<16, nil)
		if err != nil {
			return
		}
		times, failed, err := decodeReply(header, body, 1)
		if err != nil {
			return
		}
		if (failed == nil) == (len(body) == 0) || len(body) > 1<<16 {
			t.Fatalf("%d bytes with fault %v", len(body), failed)
		}
		if failed == nil {
			return
		}
		_ = failed.Kind.Row() // panics for a kind that is none
		_ = times.Header()    // goes into an answer
		if len(failed.Detail) > maxText || strings.ToValidUTF8(failed.Detail, "") != failed.Detail {
			t.Fatalf("detail %q", failed.Detail)
		}
		again, err := encodeReply(times, failed)
		if err != nil {
			t.Fatal(err)
		}
		_, second, err := decodeReply(again, nil, 1)
		if err != nil || second.Error() != failed.Error() || second.Kind != failed.Kind || second.Param != failed.Param {
			t.Fatalf("%v became %v (%v)", failed, second, err)
		}
	})
}
