//go:build unix

package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// slowly is a way to the server on which pictures with q stay until they are let go.
type slowly struct {
	*httptest.Server
	arrived chan *held
}

// held is a request on its way.
type held struct {
	q    string
	let  chan struct{}   // close it to let the request go on
	gone <-chan struct{} // closed when the browser has given it up, or has its answer
}

func newSlowly(t *testing.T, s *server) *slowly {
	t.Helper()
	to, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	way := &slowly{arrived: make(chan *held, 100)}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	way.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query().Get("q"); q != "" && r.URL.Path == "/img" {
			h := &held{q: q, let: make(chan struct{}), gone: r.Context().Done()}
			way.arrived <- h
			select {
			case <-h.let:
			case <-h.gone:
				return
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(way.Close)
	return way
}

// next changes the quality and waits for the request that comes of it.
func (w *slowly) next(p *tab, q string) *held {
	p.t.Helper()
	p.run(`const name = "q", value = "` + q + `";` + setControl)
	for {
		select {
		case h := <-w.arrived:
			if h.q == q {
				return h
			}
		case <-p.ctx.Done():
			p.t.Fatalf("no request with q=%s", q)
		}
	}
}

// On a slow network the newest wins, and one older picture is shown until then however often the setting changes.
func bearSlowNetwork(t *testing.T, browser context.Context, s *server) {
	way := newSlowly(t, s)
	p := openAt(t, browser, strings.TrimPrefix(way.URL, "http://"), "url=sample:photo&w=300")
	p.address("w=300")
	p.wait(`!document.getElementById("before").hidden`)
	first, second := way.next(p, "40"), way.next(p, "41")
	third := way.next(p, "42")
	<-second.gone
	select {
	case <-first.gone:
		t.Fatal("the first request was given up: while a slider moves, nothing would be shown")
	default:
	}
	close(first.let)
	p.wait(`document.getElementById("address").value.includes("q=40") && document.getElementById("frame").getAttribute("aria-busy") === "true"`)
	close(third.let)
	p.address("q=42")

	late, early := way.next(p, "50"), way.next(p, "51")
	close(early.let)
	p.address("q=51")
	<-late.gone // and cannot take its place
}

// After an error nothing of the old result can be taken along, whatever the reader clicks.
func forgetAfterError(t *testing.T, browser context.Context, s *server) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	p := open(t, browser, s, "url=sample:photo&w=100")
	p.forgive("Failed to load resource")
	p.address("w=100")
	p.do(chromedp.Click("#formats-on"))
	p.wait(`document.querySelectorAll(".format.smallest").length === 1 && !document.getElementById("copy-code").disabled`)
	for _, wrong := range []string{
		`const name = "w", value = "9999";`,
		`const name = "url", value = "` + dead.URL + `/gone.jpg";`,
	} {
		p.run(wrong + setControl)
		p.wait(`document.getElementById("frame").classList.contains("stale")`)
		for tab := range 9 {
			p.do(chromedp.Click("#tab-" + string(rune('0'+tab))))
			if got := p.text(`document.getElementById("code-text").textContent`); strings.Contains(got, "sig") ||
				strings.Contains(got, "sample") {
				t.Errorf("code of tab %d after an error: %s", tab, got)
			}
		}
		left := p.text(`[document.getElementById("address").value, document.getElementById("download").getAttribute("href") ?? "",
			document.getElementById("formats").textContent, document.getElementById("facts").hidden ? "" : "facts",
			document.getElementById("copy-code").disabled && document.getElementById("copy-address").disabled ? "" : "copy",
			getComputedStyle(document.getElementById("canvas")).pointerEvents === "none" ? "" : "picture"].join("")`)
		if left != "" {
			t.Errorf("left of the old result: %s", left)
		}
		p.run(`location.hash = "url=sample:photo&w=100"`)
		p.address("w=100")
		p.wait(`!document.getElementById("copy-code").disabled && !document.getElementById("copy-address").disabled`)
	}
}

// Before is the source that is chosen now, without effects and losses, and never the one before it.
func compareWithChosenSource(t *testing.T, browser context.Context, s *server) {
	const was = `window.wasHidden = null; document.addEventListener("result", () => { window.wasHidden = document.getElementById("before").hidden; }, { once: true });`
	p := open(t, browser, s, "url=sample:photo&w=300&f=png")
	p.address("w=300")
	p.wait(`!document.getElementById("before").hidden`)
	p.run(was)
	p.do(chromedp.Click(`.sample[data-source="sample:drawing"]`))
	p.address("url=sample:drawing")
	if got := p.text("window.wasHidden"); got != "true" {
		t.Errorf("beside a new source's picture the old source is hidden: %s", got)
	}
	p.wait(`!document.getElementById("before").hidden`)
	plain := p.pixels()
	p.run(`const name = "invert", value = "1";` + setControl)
	p.address("invert=1")
	p.wait(`!document.getElementById("before").hidden`)
	if before := p.pixelsOf("before"); before != plain || p.pixels() == plain {
		t.Errorf("before has %s, want %s: the source without the effect", before, plain)
	}
	p.run(`location.hash = "url=sample:drawing&f=png"`)
	p.wait(settled + ` && /[?]f=png&url=sample:drawing&sig/.test(document.getElementById("address").value)`)
	// Files tell nothing by their name and date.
	for _, color := range []string{"red", "blue"} {
		p.run(was + `const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
			context.fillStyle = "` + color + `"; context.fillRect(0, 0, 300, 150);
			canvas.toBlob((blob) => {
				const clipboardData = new DataTransfer();
				clipboardData.items.add(new File([blob], "a.png", { type: "image/png", lastModified: 1 }));
				document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
			});`)
		p.wait(settled + ` && window.wasHidden !== null && !document.getElementById("before").hidden`)
		if before, after := p.pixelsOf("before"), p.pixels(); before != after {
			t.Errorf("%s file: before has %s, the result %s", color, before, after)
		}
	}
}

// f=auto is what an <img> of this browser gets, for addresses and for files, and curl asks for the same.
func negotiateAsBrowser(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=300&f=auto")
	p.address("f=auto")
	var kind string
	p.do(chromedp.Evaluate(`(async () => {
		const image = new Image();
		image.src = document.getElementById("address").value;
		await image.decode();
		return performance.getEntriesByName(image.src).at(-1).contentType;
	})()`, &kind, awaitPromise))
	want := strings.ToUpper(strings.TrimPrefix(kind, "image/"))
	if got := p.text(`document.getElementById("facts").innerText`); want != "AVIF" || !strings.Contains(got, want) {
		t.Errorf("an <img> gets %s, the page shows %s", kind, got)
	}
	p.do(chromedp.Click("#tab-3"))
	p.wait("document.getElementById('code-text').textContent.includes(`curl -o picture.avif -H 'Accept: " +
		"image/avif,image/webp,`)")
	p.run(`const kind = "drop";` + dropFile)
	p.wait(settled + ` && document.getElementById("original-facts").innerText.includes("300 × 200") && document.getElementById("facts").innerText.includes("none: an upload")`)
	if got := p.text(`document.getElementById("facts").innerText`); !strings.Contains(got, want) {
		t.Errorf("a file's result: %s", got)
	}
}

// What can be copied for a file works where the server wants the token, which itself is copied nowhere.
func copyForFileWithToken(t *testing.T, browser context.Context, s *server) {
	p := openAt(t, browser, strings.Replace(s.addr(), "127.0.0.1", elsewhere, 1), "")
	p.forgive("Failed to load resource")
	p.wait(`document.getElementById("token-dialog").open`)
	p.do(chromedp.SetValue("#token", testToken), chromedp.Click(`#token-dialog button[value="use"]`))
	p.address("url=sample:photo")
	p.run(`const kind = "drop";` + dropFile)
	p.wait(settled + ` && document.getElementById("original-facts").innerText.includes("300 × 200")`)
	p.run(`location.hash = "w=60&f=png"`)
	p.wait(settled + ` && document.getElementById("facts").innerText.includes("60 × 40")`)
	if got := p.text(`document.getElementById("copy-address").disabled + document.getElementById("address").value`); got != "true" {
		t.Errorf("a file's address can be copied: %s", got)
	}
	p.do(chromedp.Click("#share"))
	p.wait(`document.getElementById("share").innerText === "Copied, without the file"`)
	p.do(chromedp.Click("#tab-3"))
	p.wait(`!document.getElementById("copy-code").disabled && document.getElementById("code-text").textContent.includes("-F 'w=60'")`)
	p.do(chromedp.Click("#copy-code"))
	p.wait(`document.getElementById("copy-code").innerText === "Copied"`)
	code := p.text(`document.getElementById("code-text").textContent`)
	if strings.Contains(code, testToken) {
		t.Fatalf("the token stands in %s", code)
	}
	runCurl(t, s, code)
}

// runCurl runs the code in a shell that knows the token.
func runCurl(t *testing.T, s *server, code string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here: its code is not run")
	}
	dir := t.TempDir()
	write(t, dir+"/square.png", string(photo(t, 300, 200)))
	cmd := exec.Command("sh", "-c", strings.Replace(code, "curl ",
		"curl -sS --fail-with-body --resolve "+strings.Replace(s.addr(), "127.0.0.1", elsewhere, 1)+":127.0.0.1 ", 1))
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "IMAGEKIT_SIGN_TOKEN="+testToken, "no_proxy=*")
	out, err := cmd.CombinedOutput()
	got, _ := os.ReadFile(dir + "/picture.png")
	if err != nil || !strings.HasPrefix(string(got), "\x89PNG") {
		t.Errorf("%s\n%v %s\n%.200q", code, err, out, got)
	}
}
