package settings

import (
	"flag"
	"math"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/opt"
)

// units are the suffixes of a size: powers of 1024 (IEC 80000-13) and of 1000.
var units = []struct {
	suffix string
	bytes  int64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
}

// size is a number of bytes above 0.
type size int64

// String returns the size with the largest unit that divides it.
func (s *size) String() string {
	text := strconv.FormatInt(int64(*s), 10)
	for _, u := range units {
		if *s != 0 && int64(*s)%u.bytes == 0 {
			if short := strconv.FormatInt(int64(*s)/u.bytes, 10) + u.suffix; len(short) < len(text) {
				text = short
			}
		}
	}
	return text
}

func (s *size) Set(text string) error {
	unit := int64(1)
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = number, u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 || int64(n) > math.MaxInt64/unit {
		return errValue
	}
	*s = size(int64(n) * unit)
	return nil
}

func (*size) Want() string { return "a size above 0 such as 8MiB, 10GB or 1048576" }

// sizeOrNone is a number of bytes; 0 switches off what it bounds.
type sizeOrNone int64

func (s *sizeOrNone) String() string { return (*size)(s).String() }

func (s *sizeOrNone) Set(text string) error {
	if text == "0" {
		*s = 0
		return nil
	}
	return (*size)(s).Set(text)
}

func (*sizeOrNone) Want() string { return "a size such as 8MiB, 10GB or 1048576, or 0 for none" }

// duration is a time span above 0.
type duration time.Duration

func (d *duration) String() string { return time.Duration(*d).String() }

func (d *duration) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v <= 0 {
		return errValue
	}
	*d = duration(v)
	return nil
}

func (*duration) Want() string { return "a duration above 0 with its unit, such as 30s or 1m30s" }

// delay is a time span of 0 or more.
type delay time.Duration

func (d *delay) String() string { return time.Duration(*d).String() }

func (d *delay) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return errValue
	}
	*d = delay(v)
	return nil
}

func (*delay) Want() string { return "a duration with its unit, such as 0s or 5s" }

// Size reads and writes a number of bytes above 0 as the settings do.
func Size(to *int64) flag.Value { return (*size)(to) }

// Age reads and writes a time span above 0 as the settings do, and in days: 7d, 1d12h.
func Age(to *time.Duration) flag.Value { return (*age)(to) }

// age is a duration that may be long.
type age time.Duration

const day = 24 * time.Hour

func (a *age) String() string {
	if d := time.Duration(*a); d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return time.Duration(*a).String()
}

func (a *age) Set(text string) error {
	var sum time.Duration
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, whole := opt.Whole(days)
		if !whole || n > int(math.MaxInt64/day)-1 {
			return errValue
		}
		sum, text = time.Duration(n)*day, rest
	}
	if text != "" || sum == 0 {
		v, err := time.ParseDuration(text)
		if err != nil || v < 0 || v > math.MaxInt64-sum {
			return errValue
		}
		sum += v
	}
	if sum <= 0 {
		return errValue
	}
	*a = age(sum)
	return nil
}

func (*age) Want() string { return "a duration above 0 with its unit, such as 7d, 12h or 1d12h" }
