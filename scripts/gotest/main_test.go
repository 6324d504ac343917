package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const events = `{"Action":"start","Package":"imagekit/a"}
{"Action":"run","Package":"imagekit/a","Test":"TestGood"}
{"Action":"output","Package":"imagekit/a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"output","Package":"imagekit/a","Test":"TestGood","Output":"    a_test.go:9: all is well\n"}
{"Action":"pass","Package":"imagekit/a","Test":"TestGood"}
{"Action":"output","Package":"imagekit/a","Test":"TestBrowser","Output":"=== RUN   TestBrowser\n"}
{"Action":"output","Package":"imagekit/a","Test":"TestBrowser","Output":"    a_test.go:7: no chromium here: apt-get install chromium\n"}
{"Action":"output","Package":"imagekit/a","Test":"TestBrowser","Output":"--- SKIP: TestBrowser (0.00s)\n"}
{"Action":"skip","Package":"imagekit/a","Test":"TestBrowser"}
{"Action":"output","Package":"imagekit/a","Output":"PASS\n"}
{"Action":"output","Package":"imagekit/a","Output":"ok  \timagekit/a\t0.1s\n"}
{"Action":"pass","Package":"imagekit/a"}
# a line that is not of go test
{"Action":"build-output","ImportPath":"imagekit/c","Output":"c.go:1: no such thing\n"}
{"Action":"output","Package":"imagekit/b","Test":"TestBad","Output":"=== RUN   TestBad\n"}
{"Action":"output","Package":"imagekit/b","Test":"TestBad","Output":"    b_test.go:3: one is not two\n"}
{"Action":"output","Package":"imagekit/b","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"imagekit/b","Test":"TestBad"}
{"Action":"skip","Package":"imagekit/b","Test":"TestMute"}
{"Action":"output","Package":"imagekit/b","Test":"TestBrowser2","Output":"    b_test.go:7: no chromium here: apt-get install chromium\n"}
{"Action":"skip","Package":"imagekit/b","Test":"TestBrowser2"}
{"Action":"output","Package":"imagekit/b","Output":"FAIL\n"}
{"Action":"output","Package":"imagekit/b","Output":"FAIL\timagekit/b\t0.1s\n"}
{"Action":"fail","Package":"imagekit/b"}
{"Action":"skip","Package":"imagekit/none"}
`
	const want = `ok  	imagekit/a	0.1s
# a line that is not of go test
c.go:1: no such thing
=== RUN   TestBad
    b_test.go:3: one is not two
--- FAIL: TestBad (0.00s)
FAIL	imagekit/b	0.1s

Skipped:
  no chromium here: apt-get install chromium
    a.TestBrowser
    b.TestBrowser2
  no reason given
    b.TestMute

Failed:
  b.TestBad
`
	var out strings.Builder
	r := newReport(&out)
	r.read(strings.NewReader(events))
	r.end()
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
