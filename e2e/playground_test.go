//go:build unix

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"imagekit/internal/param"
)

// The playground in a real browser: one Chromium and one server for all, a window for each.
func TestPlayground(t *testing.T) {
	t.Parallel()
	browser, s := newBrowser(t), start(t, "IMAGEKIT_PRESETS=card=w=320&h=200&fit=cover")
	for _, c := range []struct {
		name string
		run  func(*testing.T, context.Context, *server)
	}{
		{"load", loadPage},
		{"samples", chooseSamples},
		{"controls", changeControls},
		{"slider", moveSlider},
		{"state", shareState},
		{"files", takeFiles},
		{"crop", drawCrop},
		{"focus", setFocus},
		{"viewer", compareBeforeAfter},
		{"formats", compareFormats},
		{"code", copyCode},
		{"markup", pasteMarkup},
		{"one signature", pasteOneSignature},
		{"errors", showErrors},
		{"typing", waitForTyping},
		{"slow", bearSlowNetwork},
		{"failure", forgetAfterError},
		{"before", compareWithChosenSource},
		{"auto", negotiateAsBrowser},
		{"file token", copyForFileWithToken},
		{"touch", scrollOnPhone},
		{"keys", stepFromAuto},
		{"large file", refuseLargeFile},
		{"words", sayWhatIs},
		{"no script", sayWithoutScript},
		{"layout", stayInPlace},
		{"token", askToken},
		{"limit", bearRateLimit},
		{"phone", fitPhone},
		{"dark", goDark},
		{"keyboard", walkByKeyboard},
		{"accessible", runAxe},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, browser, s) })
	}
}

// An address is taken when typing ends, however long that takes: each key begins the wait anew. The clock is the test's.
func waitForTyping(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "")
	p.address("url=sample:photo")
	var got string
	p.do(chromedp.Evaluate(`(async () => {
		const { later } = await import(document.querySelector("script[type=module]").src.replace(/[^/]*$/, "dom.js"));
		const { setTimeout, clearTimeout } = window, clock = performance.now;
		let now = 0, due = Infinity, calls = 0, pending = null;
		const until = (time) => { if (due <= time) { due = Infinity; pending(); } now = time; };
		performance.now = () => now;
		window.setTimeout = (f, ms) => { pending = f; due = now + ms; return 1; };
		window.clearTimeout = () => { due = Infinity; };
		try {
			const typed = later(() => calls++, 600);
			for (let key = 0; key < 40; key++) { typed(); until(now + 500); }
			const whileTyping = calls;
			until(now + 600);
			return whileTyping + " " + calls;
		} finally {
			Object.assign(window, { setTimeout, clearTimeout });
			performance.now = clock;
		}
	})()`, &got, awaitPromise))
	if got != "0 1" {
		t.Errorf("taken while typing and in all: %s, want 0 1", got)
	}
}

func loadPage(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "")
	p.address("url=sample:photo", "w=800")
	p.wait(`document.getElementById("facts").innerText.includes("saved")`)
	p.wait(`document.getElementById("timing-legend").innerText.includes("ms")`)
	p.wait(`[...document.querySelectorAll(".sample img")].every((i) => i.naturalWidth > 0)`)
	p.wait(`!document.getElementById("before").hidden`)
	p.wait(`document.getElementById("code-text").innerText.startsWith("<picture>")`)
	p.shoot("light")
	var weight, paint float64
	p.value(`document.documentElement.outerHTML.length * 0 + performance.getEntriesByType("navigation")[0].decodedBodySize +
		performance.getEntriesByType("resource").filter((r) => r.name.includes("/assets/")).reduce((sum, r) => sum + r.decodedBodySize, 0)`, &weight)
	p.value(`performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`, &paint)
	t.Logf("page weight %.0f bytes before compression; first paint after %.0f ms in a browser that has just started", weight,
		paint)
	if weight > 170_000 || weight < 10_000 {
		t.Errorf("the page weighs %.0f bytes, want at most 170,000", weight)
	}
	p.reload()
	p.wait(`performance.getEntriesByName("first-contentful-paint").length > 0`)
	p.value(`performance.getEntriesByName("first-contentful-paint")[0].startTime`, &paint)
	t.Logf("first paint after %.0f ms when it is loaded again", paint)
}

func chooseSamples(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=300")
	p.address("url=sample:photo")
	before := p.pixels()
	for _, name := range []string{"portrait", "drawing"} {
		p.do(chromedp.Click(`.sample[data-source="sample:` + name + `"]`))
		p.address("url=sample:"+name, "w=300")
		if after := p.pixels(); after == before {
			t.Errorf("%s shows the picture before", name)
		}
	}
	p.wait(`document.getElementById("original-facts").innerText.includes("PNG · 1200 × 800")`)
}

// setControl does to a control what a hand would.
const setControl = `const control = document.querySelector('.control[data-name="' + name + '"]');
	const field = document.getElementById("p-" + name);
	switch (control.dataset.kind) {
	case "choice": control.querySelector('input[value="' + value + '"]').click(); break;
	case "switch": field.click(); break;
	case "time": field.value = new Date(1000 * value).toISOString().slice(0, 16); field.dispatchEvent(new Event("change")); break;
	default: field.value = value; field.dispatchEvent(new Event("input"));
	}`

// Every parameter has a control, and it does what its row's example says.
func changeControls(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:drawing&w=200")
	for _, o := range new(param.Request).Options() {
		if o.Group == "Source" || o.Name == "sig" {
			continue
		}
		given, rest := "", []string{"url=sample:drawing"}
		if o.Name == "radius" {
			rest[0] = "url=sample:photo" // the drawing's corners are transparent by themselves
		}
		for pair := range strings.SplitSeq(o.Example, "&") {
			if value, ok := strings.CutPrefix(pair, o.Name+"="); ok {
				given = value
			} else {
				rest = append(rest, pair)
			}
		}
		p.run(`location.hash = "` + strings.Join(rest, "&") + `"`)
		p.address(rest...)
		p.wait(fmt.Sprintf(`document.getElementById("address").value.split("&").length === %d`, len(rest)+1)) // and sig
		before := p.pixels()
		p.run(`const name = "` + o.Name + `", value = "` + given + `";` + setControl)
		address := p.address(append(rest, o.Name+"="+given)...)
		if query, _ := url.ParseQuery(address[strings.Index(address, "?")+1:]); len(query) != len(rest)+2 {
			t.Errorf("%s: the address has %v, want what differs from the default and sig", o.Name, query)
		}
		changes := o.Group != "Request" && o.Name != "page" && o.Name != "anim" // the samples do not move
		if after := p.pixels(); (after != before) != changes {
			t.Errorf("%s=%s: the picture was %s and is %s", o.Name, given, before, after)
		}
		p.do(chromedp.Click(`.control[data-name="` + o.Name + `"] .reset`))
		p.wait(settled + ` && !/[?&]` + o.Name + `=/.test(document.getElementById("address").value)`)
	}
}

// The time from a slider's change to its picture is told, not judged.
func moveSlider(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=800")
	p.address("w=800")
	p.wait(`!document.getElementById("before").hidden`)
	for _, quality := range []string{"40", "41", "42"} {
		p.run(`const slider = document.querySelector('.control[data-name="q"] input[type=range]');
			document.addEventListener("result", () => { window.took = performance.now() - window.began; }, { once: true });
			window.began = performance.now();
			slider.value = ` + quality + `;
			slider.dispatchEvent(new Event("input"));`)
		p.address("q=" + quality)
		p.wait("window.took")
		t.Logf("slider to q=%s: result after %s ms", quality, p.text("Math.round(window.took)"))
	}
	p.wait(`!document.getElementById("before").hidden && document.getElementById("code-text").innerText.includes("q=42")`)
	p.shoot("playground")
	// Many changes in a row end with the last one.
	p.run(`const slider = document.querySelector('.control[data-name="w"] input[type=range]');
		for (let v = 300; v <= 400; v += 2) { slider.value = v; slider.dispatchEvent(new Event("input")); }`)
	p.address("w=525") // 1 + 8191·0.4³
}

func shareState(t *testing.T, browser context.Context, s *server) {
	const setting = "url=sample:portrait&w=200&h=150&fit=cover&g=0.31x0.62&crop=0.1,0.1,0.8,0.8&rot=90&bg=336699&f=jpeg&q=55&v=2"
	p := open(t, browser, s, setting)
	first := p.address(strings.Split(setting, "&")...)
	if got := p.text("location.hash"); got != "#"+setting {
		t.Errorf("the address became %s, want #%s", got, setting)
	}
	p.reload()
	p.wait(`document.documentElement.dataset.ready === ""`)
	if second := p.address("w=200"); second != first {
		t.Errorf("after reloading %s, before %s", second, first)
	}
	for id, want := range map[string]string{
		"p-w": "200", "p-g": "0.31x0.62", "p-crop": "0.1,0.1,0.8,0.8", "p-bg": "336699",
		"p-q": "55", "p-v": "2",
	} {
		if got := p.text(`document.getElementById("` + id + `").value`); got != want {
			t.Errorf("%s shows %q, want %q", id, got, want)
		}
	}
	p.do(chromedp.Click("#reset-all"))
	p.wait(settled + ` && location.hash === "#url=sample:portrait"`)
}

// dropFile lets a file made in the page fall onto it.
const dropFile = `const canvas = document.createElement("canvas");
	canvas.width = 300; canvas.height = 200;
	canvas.getContext("2d").fillRect(20, 20, 100, 100);
	canvas.toBlob((blob) => {
		const data = new DataTransfer();
		data.items.add(new File([blob], "square.png", { type: "image/png" }));
		const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
			: new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
		document.body.dispatchEvent(event);
	});`

func takeFiles(t *testing.T, browser context.Context, s *server) {
	for _, kind := range []string{"drop", "paste"} {
		p := open(t, browser, s, "url=sample:photo&w=100")
		p.address("w=100")
		p.run(`const kind = "` + kind + `";` + dropFile)
		p.wait(settled + ` && document.getElementById("facts").innerText.includes("100 × 67")`)
		p.wait(`document.getElementById("original-facts").innerText.includes("300 × 200")`)
		if got := p.text("location.hash"); got != "#w=100" {
			t.Errorf("%s: the address tells %s, want the parameters alone", kind, got)
		}
		p.run(`const name = "w", value = "50";` + setControl)
		p.wait(settled + ` && document.getElementById("facts").innerText.includes("50 × 33")`)
		p.wait(`document.getElementById("code-note").innerText.includes("A file has no address")`)
		p.do(chromedp.Click("#tab-3"))
		p.wait(`document.getElementById("code-text").innerText.includes("-F 'file=@square.png' -F 'w=50'")`)
	}
	// Chosen by the dialog.
	p := open(t, browser, s, "")
	path := t.TempDir() + "/chosen.jpg"
	write(t, path, string(photo(t, 320, 160)))
	p.do(chromedp.SetUploadFiles("#file", []string{path}))
	p.wait(settled + ` && document.getElementById("original-facts").innerText.includes("320 × 160")`)
}

// place returns the middle of an element's part at x, y (fractions) in the window.
func (p *tab) place(selector string, x, y float64) (px, py float64) {
	p.t.Helper()
	var box struct{ X, Y, W, H float64 }
	p.value(`(() => { const e = document.querySelector("`+selector+`"); e.scrollIntoView({ block: "center" });
		const b = e.getBoundingClientRect(); return { X: b.x, Y: b.y, W: b.width, H: b.height }; })()`, &box)
	return box.X + x*box.W, box.Y + y*box.H
}

var cropText = regexp.MustCompile(`^[\d.]+,[\d.]+,[\d.]+,[\d.]+$`)

// A dead origin's problem stands beside the address, a wrong value beside its control, and both go away.
func showErrors(t *testing.T, browser context.Context, s *server) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close() // nobody listens there any more
	p := open(t, browser, s, "url=sample:photo&w=100")
	p.forgive("Failed to load resource")
	p.address("w=100")
	p.run(`const name = "w", value = "9999";` + setControl)
	p.wait(`document.getElementById("e-w").innerText.includes("want a whole number 1…8192")`)
	p.wait(`document.getElementById("p-w").getAttribute("aria-invalid") === "true"`)
	p.run(`const name = "w", value = "120";` + setControl)
	p.address("w=120")
	p.wait(`document.getElementById("e-w").hidden && document.getElementById("problem").hidden`)

	p.do(chromedp.SetValue("#p-url", dead.URL+"/gone.jpg"), chromedp.Focus("#p-url"), chromedp.KeyEvent(kb.Enter))
	p.wait(`!document.getElementById("e-url").hidden && document.getElementById("frame").classList.contains("stale")`)
	p.shoot("error")
	p.do(chromedp.Click(`.sample[data-source="sample:photo"]`))
	p.address("url=sample:photo")
	p.wait(`document.getElementById("e-url").hidden && !document.getElementById("frame").classList.contains("stale")`)
}

func fitPhone(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:drawing&w=640", emulation.SetDeviceMetricsOverride(360, 740, 2, true))
	p.address("w=640")
	p.wait(`!document.getElementById("before").hidden`)
	if got := p.text("document.documentElement.scrollWidth"); got != "360" {
		t.Errorf("the page is %s wide on a phone of 360", got)
	}
	p.shoot("phone")
}

func goDark(t *testing.T, browser context.Context, s *server) {
	scheme := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{
		Name:  "prefers-color-scheme",
		Value: "dark",
	}})
	p := open(t, browser, s, "url=sample:drawing&w=640", scheme)
	p.address("w=640")
	dark := p.text("getComputedStyle(document.body).backgroundColor")
	p.wait(`document.getElementById("theme").getAttribute("aria-pressed") === "true" && !document.getElementById("before").hidden`)
	p.shoot("dark")
	p.do(chromedp.Click("#theme"))
	p.wait(`document.getElementById("theme").getAttribute("aria-pressed") === "false"`)
	if light := p.text("getComputedStyle(document.body).backgroundColor"); light == dark {
		t.Errorf("light is as dark: %s", light)
	}
	p.reload()
	p.wait(`document.documentElement.dataset.theme === "light"`)
}
