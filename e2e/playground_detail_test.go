//go:build unix

package e2e

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A finger that scrolls over the source picture sets nothing; one that taps does, and drags what it tapped.
func scrollOnPhone(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=300", emulation.SetDeviceMetricsOverride(390, 844, 2, true),
		emulation.SetTouchEmulationEnabled(true))
	p.address("w=300")
	p.wait(`!document.getElementById("preview").hidden && !document.getElementById("before").hidden`)
	touch := func(kind input.TouchType, points ...*input.TouchPoint) chromedp.Action {
		return input.DispatchTouchEvent(kind, append([]*input.TouchPoint{}, points...))
	}
	scroll := func() {
		p.run(`window.scrollTo(0, 0)`)
		x, y := p.place("#area", 0.5, 0.6)
		from := p.text("scrollY")
		p.do(touch(input.TouchStart, &input.TouchPoint{X: x, Y: y}))
		for d := 15.0; d <= 150; d += 15 {
			p.do(touch(input.TouchMove, &input.TouchPoint{X: x, Y: y - d}))
		}
		p.run(`window.rested = false; document.addEventListener("scrollend", () => { window.rested = true; }, { once: true });`)
		p.do(touch(input.TouchEnd))
		p.wait("window.rested && scrollY !== " + from) // a tap while the page still glides only stops it
	}
	for _, tool := range []string{"focus", "crop"} {
		p.do(chromedp.Click(`input[name=tool][value=` + tool + `]`))
		scroll()
		if got := p.text("location.hash"); got != "#url=sample:photo&w=300" {
			t.Errorf("scrolling with the tool %s made %s", tool, got)
		}
	}
	x, y := p.place("#area", 0.5, 0.5)
	p.do(touch(input.TouchStart, &input.TouchPoint{X: x, Y: y}), touch(input.TouchEnd))
	p.wait(`document.getElementById("p-crop").value !== "" && document.activeElement.id === "cropbox"`)
	tapped := p.field("crop")
	p.do(touch(input.TouchStart, &input.TouchPoint{X: x, Y: y}), touch(input.TouchMove, &input.TouchPoint{X: x + 30, Y: y}),
		touch(input.TouchMove, &input.TouchPoint{X: x + 40, Y: y}), touch(input.TouchEnd))
	p.wait(`document.getElementById("p-crop").value !== "` + tapped + `"`)
	dragged := p.field("crop")
	p.run("document.activeElement.blur()")
	scroll()
	if got := p.field("crop"); got != dragged {
		t.Errorf("scrolling over the box made %s of %s", got, dragged)
	}
	// The result stays in sight beside the controls.
	p.run(`document.getElementById("p-q").scrollIntoView({ block: "center" })`)
	p.wait(`!document.getElementById("mini").hidden && document.querySelector("#mini img").naturalWidth > 0`)
	p.shoot("phone-controls")
	p.do(chromedp.Click("#mini"))
	p.wait(`document.getElementById("mini").hidden`)
}

// A key moves a number from what is in force: from "auto" to what it came to, not to the least there is.
func stepFromAuto(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&h=200")
	p.address("h=200")
	p.wait(`document.getElementById("p-w").placeholder === "auto: 300"`)
	p.do(chromedp.Focus("#p-w"), chromedp.KeyEvent(kb.ArrowUp))
	p.address("w=301")
	p.do(chromedp.Click(`.control[data-name="w"] .reset`))
	p.wait(settled + ` && document.getElementById("p-w").placeholder === "auto: 300" && !location.hash.includes("w=")`)
	p.do(chromedp.Focus(`.control[data-name="w"] input[type=range]`), chromedp.KeyEvent(kb.ArrowLeft))
	p.address("w=299")
	p.do(chromedp.KeyEvent(kb.Delete))
	p.wait(settled + ` && !location.hash.includes("w=")`)
	p.do(chromedp.Focus("#p-q"), chromedp.KeyEvent(kb.ArrowDown))
	p.wait(settled + ` && /q=\d\d/.test(location.hash)`)
}

// A file over the limit is refused before it is sent, is the chosen source all the same, and another one helps.
func refuseLargeFile(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=100")
	p.forgive("Failed to load resource") // of a file that is no picture
	p.address("w=100")
	p.run(`const clipboardData = new DataTransfer();
		clipboardData.items.add(new File([new Uint8Array(40e6)], "large.png", { type: "image/png" }));
		document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));`)
	p.wait(`document.getElementById("e-url").innerText.includes("40.0 MB") && document.getElementById("e-url").innerText.includes("IMAGEKIT_MAX_INPUT_SIZE")`)
	if got := p.text(`document.getElementById("address").value + document.getElementById("frame").classList.contains("stale")`); got != "true" {
		t.Errorf("beside the refused file: %s", got)
	}
	p.do(chromedp.Click(`.sample[data-source="sample:photo"]`))
	p.address("url=sample:photo")
	p.wait(`document.getElementById("e-url").hidden`)
}

// Words are true for what is set, and what is left out is said.
func sayWhatIs(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=3000")
	p.address("w=3000")
	text := `document.getElementById("p-up").closest("label").innerText.trim()`
	if got := p.text(text); got != "Off: never enlarged" {
		t.Errorf("Enlarge says %q", got)
	}
	p.wait(`document.getElementById("caps").innerText.includes("is not enlarged")`)
	p.do(chromedp.Click("#p-up"))
	p.address("up=1")
	if got := p.text(text); got != "On" {
		t.Errorf("Enlarge says %q when it is on", got)
	}
	p.wait(`document.getElementById("caps").innerText.includes("up to 6 megapixels") && document.getElementById("before").hidden`)
	p.run(`location.hash = "url=sample:photo&w=203"`) // in no format asked for by another test of this server
	p.address("w=203")
	p.wait(`document.getElementById("caps").hidden`)
	p.do(chromedp.Click("#formats-on"))
	p.wait(`document.querySelectorAll(".format.smallest").length === 1`)
	figures := p.text(`document.getElementById("formats").innerText + document.getElementById("formats-hint").innerText`)
	for _, want := range []string{"from the cache in ", "made in ", "PNG is left out"} { // WebP was made as the result
		if !strings.Contains(figures, want) {
			t.Errorf("the formats do not say %q: %s", want, figures)
		}
	}
	p.run(`document.documentElement.dataset.theme = "dark"`)
	if got := p.text(`getComputedStyle(document.querySelector('[data-source="sample:drawing"] img')).backgroundImage`); !strings.Contains(got, "gradient") {
		t.Errorf("behind the transparent thumbnail in the dark: %s", got)
	}
}

// Without JavaScript the page says what to do, and shows no controls that are dead.
func sayWithoutScript(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "")
	p.address("w=800")
	p.do(emulation.SetScriptExecutionDisabled(true), page.Reload())
	p.wait(`document.querySelector(".noscript").innerText.includes("/sign") && document.querySelector("main").clientHeight === 0`)
	p.do(emulation.SetScriptExecutionDisabled(false))
}

// Nothing moves away from under the reader while the page fills.
func stayInPlace(t *testing.T, browser context.Context, s *server) {
	const watch = `window.shift = 0; window.shifted = [];
		new PerformanceObserver((list) => { for (const e of list.getEntries()) {
			window.shift += e.value;
			window.shifted.push(...e.sources.map((x) => (x.node?.id || x.node?.className || x.node?.nodeName) + " " + e.value.toFixed(3) +
				" from " + [x.previousRect.y, x.previousRect.height] + " to " + [x.currentRect.y, x.currentRect.height]));
		} }).observe({ type: "layout-shift", buffered: true });`
	for _, size := range [][2]int64{{1280, 720}, {390, 844}} {
		for _, setting := range []string{"", "url=sample:portrait&w=400&rot=90&gray=1"} {
			p := open(t, browser, s, setting, emulation.SetDeviceMetricsOverride(size[0], size[1], 1, size[0] < 900),
				chromedp.ActionFunc(func(ctx context.Context) error {
					_, err := page.AddScriptToEvaluateOnNewDocument(watch).Do(ctx)
					return err
				}))
			p.wait(settled + ` && !document.getElementById("before").hidden && !document.getElementById("preview").hidden && !document.getElementById("copy-code").disabled`)
			p.wait(`[...document.querySelectorAll(".sample img")].every((i) => i.naturalWidth > 0)`)
			p.do(chromedp.Evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, nil,
				awaitPromise))
			var shift float64
			p.value("window.shift", &shift)
			t.Logf("%v %q: layout shift %.4f", size, setting, shift)
			if shift >= 0.02 {
				t.Errorf("moved: %s", p.text("window.shifted"))
			}
			p.shoot("page-" + strconv.Itoa(int(size[0])) + "-" + setting)
		}
	}
}
