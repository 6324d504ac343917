package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"
)

func TestEveryKindHasARow(t *testing.T) {
	codes := map[string]Kind{}
	for _, k := range Kinds() {
		row := k.Row()
		if !regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`).MatchString(row.Code) {
			t.Errorf("kind %d: code %q, want words joined by _", k, row.Code)
		}
		if other, taken := codes[row.Code]; taken {
			t.Errorf("kinds %d and %d share the code %s", other, k, row.Code)
		}
		codes[row.Code] = k
		if row.Status < 400 || row.Status > 599 || row.Title == "" || k.String() != row.Code {
			t.Errorf("incomplete row %+v", row)
		}
		if http.StatusText(row.Status) == "" && k != ClientGone { // 499 is nginx's word, for the log
			t.Errorf("%s: status %d is none", k, row.Status)
		}
		if retries := row.Status == http.StatusTooManyRequests || k == Overloaded ||
			k == Draining; retries != (row.Retry > 0) {
			t.Errorf("%s: Retry %v; whoever may come back learns when, nobody else", k, row.Retry)
		}
		if row.Retry%time.Second != 0 {
			t.Errorf("%s: Retry %v, want whole seconds: the header has no others", k, row.Retry)
		}
	}
	if len(codes) != int(count) || codes["internal"] != 0 {
		t.Errorf("%d codes for %d kinds; a forgotten kind is %s", len(codes), count, Kind(0))
	}
}

func TestKindsAreInTheOrderOfTheirStatus(t *testing.T) {
	kinds := Kinds()[1:] // Internal is first because it is the zero value
	for i, k := range kinds[1:] {
		if before := kinds[i]; k.Row().Status < before.Row().Status {
			t.Errorf("%s (%d) follows %s (%d)", k, k.Row().Status, before, before.Row().Status)
		}
	}
}

func TestFrom(t *testing.T) {
	cause := errors.New("disk on fire")
	damaged := New(DamagedImage, "want %d rows, got %d", 9, 8)
	for _, tt := range []struct {
		name   string
		err    error
		kind   Kind
		detail string // "" = whatever says nothing about the cause
	}{
		{"itself", damaged, DamagedImage, "want 9 rows, got 8"},
		{"wrapped", fmt.Errorf("decode: %w", damaged), DamagedImage, "want 9 rows, got 8"},
		{"joined", errors.Join(cause, damaged), DamagedImage, "want 9 rows, got 8"},
		{"outermost counts", Wrap(OriginFailed, damaged, "the origin failed"), OriginFailed, "the origin failed"},
		{
			"with an end of context inside", Wrap(OriginTimeout, context.DeadlineExceeded, "no answer"), OriginTimeout,
			"no answer",
		},
		{"deadline", context.DeadlineExceeded, Timeout, ""},
		{"wrapped deadline", fmt.Errorf("wait: %w", context.DeadlineExceeded), Timeout, ""},
		{"cancelled", fmt.Errorf("wait: %w", context.Canceled), ClientGone, ""},
		{"no kind", cause, Internal, ""},
		{"wrapped without kind", fmt.Errorf("put: %w", cause), Internal, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := From(tt.err)
			if got.Kind != tt.kind || tt.detail != "" && got.Detail != tt.detail {
				t.Errorf("From = %s %q, want %s %q", got.Kind, got.Detail, tt.kind, tt.detail)
			}
			if got.Detail == "" || regexp.MustCompile("disk|context").MatchString(got.Detail) {
				t.Errorf("detail %q", got.Detail)
			}
			if !errors.Is(got, tt.err) && !errors.Is(tt.err, got) {
				t.Errorf("%v and %v have lost each other", got, tt.err)
			}
		})
	}
}

func TestErrorIsForTheLog(t *testing.T) {
	for _, tt := range []struct {
		err  *Error
		want string
	}{
		{New(NotAnImage, "got HTML"), "not_an_image: got HTML"},
		{Wrap(OriginFailed, errors.New("reset"), "%s failed", "a.example"), "origin_failed: a.example failed: reset"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error = %q, want %q", got, tt.want)
		}
	}
}
