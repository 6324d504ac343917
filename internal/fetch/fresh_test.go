package fetch

import (
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// now is when every response of these tests comes; it was asked for two seconds earlier.
var now = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

const delay = 2 * time.Second

// at is a date of a header, some time after now.
func at(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }

// responses say how long they are fresh after they have come.
var responses = []struct {
	name   string
	header string // lines; "Date: now" is added unless it is there
	want   time.Duration
}{
	{"nothing said", "", defaultFresh},
	{"nothing said, but an age", "Age: 3600", defaultFresh},
	{"public alone", "Cache-Control: public, must-revalidate", defaultFresh},
	{"max-age", "Cache-Control: max-age=40", 40*time.Second - delay},
	{"in any case and quoted", `Cache-Control: Public, MAX-AGE="40"`, 40*time.Second - delay},
	{"s-maxage first", "Cache-Control: max-age=0, s-maxage=40", 40*time.Second - delay},
	{"s-maxage of none", "Cache-Control: max-age=40, s-maxage=0", 0},
	{"in two lines", "Cache-Control: public\nCache-Control: max-age=40", 40*time.Second - delay},
	{"a year", "Cache-Control: public, max-age=31536000, immutable", maxFresh},
	{"more than fits", "Cache-Control: max-age=99999999999999999999", maxFresh},
	{"max-age before Expires", "Cache-Control: max-age=40\nExpires: 0", 40*time.Second - delay},
	{"no-store", "Cache-Control: no-store", 0},
	{"no-cache", "Cache-Control: max-age=40, no-cache", 0},
	{"no-cache of a field", `Cache-Control: no-cache="a, max-age=1", max-age=40`, 0},
	{"private", "Cache-Control: private, max-age=40", 0},
	{"max-age=0", "Cache-Control: max-age=0", 0},
	{"a comma between quotes", `Cache-Control: extension="no-store, no-cache", max-age=40`, 40*time.Second - delay},
	{"a quote that does not end", `Cache-Control: extension="a, max-age=40`, defaultFresh},
	{"twice", "Cache-Control: max-age=40, max-age=30", 30*time.Second - delay},
	{"negative", "Cache-Control: max-age=-40", 0},
	{"no number", "Cache-Control: max-age=soon", 0},
	{"without a number", "Cache-Control: max-age", 0},
	{"a fraction", "Cache-Control: max-age=40.5", 0},
	{"a bad one of two", "Cache-Control: max-age=40, max-age=x", 0},
	{"old", "Cache-Control: max-age=40\nAge: 30", 10*time.Second - delay},
	{"too old", "Cache-Control: max-age=40\nAge: 38", 0},
	{"an age that cannot be", "Cache-Control: max-age=40\nAge: -30", 40*time.Second - delay},
	{"old by its date", "Cache-Control: max-age=40\nDate: " + at(-30*time.Second), 10 * time.Second},
	{"from the future", "Cache-Control: max-age=40\nDate: " + at(time.Hour), 40*time.Second - delay},
	{"no date", "Cache-Control: max-age=40\nDate: yesterday", 40*time.Second - delay},
	{"Expires", "Expires: " + at(40*time.Second), 40*time.Second - delay},
	{
		"Expires by the origin's clock", "Date: " + at(time.Hour) + "\nExpires: " + at(time.Hour+40*time.Second),
		40*time.Second - delay,
	},
	{"Expires now", "Expires: " + at(0), 0},
	{"Expires in the past", "Expires: Thu, 19 Nov 1981 08:52:00 GMT", 0},
	{"ages apart", "Date: Fri, 31 Dec 9999 23:59:59 GMT\nExpires: Mon, 01 Jan 0001 00:00:00 GMT", 0},
	{"Expires of no date", "Expires: -1", 0},
	{"Vary", "Vary: Accept, Origin\nCache-Control: max-age=40", 40*time.Second - delay},
	{"Vary on everything", "Vary: Accept, *\nCache-Control: max-age=40", 0},
}

func TestFreshness(t *testing.T) {
	for _, tt := range responses {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{"Date": {at(0)}}
			for line := range strings.Lines(tt.header) {
				name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
				if name = textproto.CanonicalMIMEHeaderKey(name); name == "Date" {
					h.Del(name)
				}
				h.Add(name, value)
			}
			want := time.Time{}
			if tt.want > 0 {
				want = now.Add(tt.want)
			}
			if got := freshUntil(h, now.Add(-delay), now); !got.Equal(want) {
				t.Errorf("fresh until %v (%v), want %v (%v)", got, got.Sub(now), want, tt.want)
			}
		})
	}
}

// A source is fresh as long as everything that led to it.
func TestFreshnessOfRedirects(t *testing.T) {
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		hop, rest, more := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if hop != "-" {
			w.Header().Set("Cache-Control", "max-age="+hop)
		}
		if more {
			http.Redirect(w, r, "/"+rest, http.StatusFound)
			return
		}
		w.Write(png)
	})
	f := start(t, config())
	for path, want := range map[string]time.Duration{
		"600":        maxFresh,
		"-":          defaultFresh,
		"200/100":    100 * time.Second,
		"100/200":    100 * time.Second,
		"-/200":      defaultFresh,
		"200/-/200":  defaultFresh,
		"0/200":      0,
		"200/0":      0,
		"600/600/-":  defaultFresh,
		"600/20/600": 20 * time.Second,
	} {
		before := time.Now()
		b, err := f.Fetch(t.Context(), s.URL+"/"+path)
		if err != nil {
			t.Fatal(err)
		}
		// Date has whole seconds, so up to one may be missing; and the answer took its time.
		got, most := b.Fresh, time.Since(before)
		if want == 0 {
			if !got.IsZero() {
				t.Errorf("%s: fresh until %v, want not at all", path, got)
			}
		} else if d := got.Sub(before); d < want-time.Second-most || d > want+most {
			t.Errorf("%s: fresh for %v, want %v", path, d, want)
		}
	}
}

func FuzzFreshness(f *testing.F) {
	f.Add("max-age=40, no-cache", "", "3", at(0), "")
	f.Add(`a="b,c", s-maxage="1`, at(time.Hour), "-1", "x", "*")
	f.Fuzz(func(t *testing.T, control, expires, age, date, vary string) {
		h := http.Header{}
		for name, value := range map[string]string{
			"Cache-Control": control, "Expires": expires, "Age": age, "Date": date,
			"Vary": vary,
		} {
			if value != "" {
				h.Set(name, value)
			}
		}
		got := freshUntil(h, now.Add(-delay), now)
		if !got.IsZero() && (!got.After(now) || got.After(now.Add(maxFresh))) {
			t.Errorf("fresh until %v", got)
		}
		if strings.EqualFold(strings.TrimSpace(control), "no-store") && !got.IsZero() {
			t.Error("no-store is kept")
		}
	})
}
