//go:build unix

package e2e

import (
	"context"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// drag moves the pressed mouse between two places of an element, given in fractions of its sides.
func (p *tab) drag(selector string, x1, y1, x2, y2 float64) {
	p.t.Helper()
	fromX, fromY := p.place(selector, x1, y1)
	toX, toY := p.place(selector, x2, y2)
	mouse := func(kind input.MouseType, x, y float64) chromedp.Action {
		return input.DispatchMouseEvent(kind, x, y).WithButton(input.Left).WithButtons(1).WithClickCount(1)
	}
	p.do(mouse(input.MousePressed, fromX, fromY), mouse(input.MouseMoved, (fromX+toX)/2, (fromY+toY)/2),
		mouse(input.MouseMoved, toX, toY), mouse(input.MouseReleased, toX, toY))
}

func (p *tab) field(name string) string {
	p.t.Helper()
	return p.text(`document.getElementById("p-` + name + `").value`)
}

func drawCrop(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=300")
	p.address("w=300")
	p.wait(`!document.getElementById("preview").hidden`)
	p.drag("#area", 0.2, 0.25, 0.7, 0.75)
	p.wait(`document.getElementById("p-crop").value !== ""`)
	drawn := p.field("crop")
	if !cropText.MatchString(drawn) || !strings.HasPrefix(drawn, "0.2") && !strings.HasPrefix(drawn, "0.19") {
		t.Errorf("drawn from 0.2, 0.25 to 0.7, 0.75: crop=%s", drawn)
	}
	p.address("crop=" + drawn)
	p.shoot("crop")
	p.drag("#cropbox", 0.5, 0.5, 0.7, 0.5) // by a fifth of its half of the picture
	p.wait(`document.getElementById("p-crop").value.startsWith("0.3") || document.getElementById("p-crop").value.startsWith("0.29")`)
	p.drag("#cropbox i[data-edge=se]", 0.5, 0.5, 2, 2)
	p.wait(`document.activeElement.id === "cropbox"`)

	p.run(`const name = "crop", value = "0.25,0.25,0.5,0.5";` + setControl)
	p.do(chromedp.Focus("#cropbox"), chromedp.KeyEvent(kb.ArrowRight))
	p.address("crop=0.26,0.25,0.5,0.5")
	p.do(chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowLeft, chromedp.KeyModifiers(input.ModifierShift)),
		chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(input.ModifierShift)))
	p.address("crop=0.26,0.24,0.49,0.51")
	p.wait(`document.getElementById("status").innerText.includes("Crop 49 % by 51 %")`)
	p.do(chromedp.KeyEvent(kb.Delete))
	p.wait(settled + ` && document.getElementById("cropbox").hidden && !location.hash.includes("crop")`)
	// Without a mouse a box comes by Enter on the tool, which has the focus now.
	p.do(chromedp.KeyEvent(kb.Enter))
	p.address("crop=0.25,0.25,0.5,0.5")
}

func setFocus(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=200&h=200&fit=cover")
	p.address("fit=cover")
	p.wait(`!document.getElementById("preview").hidden`)
	before := p.pixels()
	p.do(chromedp.Click(`input[name=tool][value=focus]`))
	x, y := p.place("#area", 0.1, 0.62)
	p.do(chromedp.MouseClickXY(x, y))
	p.address("g=0.1x0.62")
	if p.pixels() == before {
		t.Error("the focus changes nothing")
	}
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.address("g=0.11x0.62")
	// The point stays where it was clicked when crop and turn change what g is relative to.
	p.run(`location.hash = "url=sample:photo&w=200&h=200&fit=cover&crop=0.5,0.0,0.5,1.0&rot=90"`)
	p.address("rot=90")
	x, y = p.place("#area", 0.75, 0.2)
	p.do(chromedp.MouseClickXY(x, y))
	p.address("g=0.8x0.5")
	p.do(chromedp.KeyEvent(kb.Delete))
	p.wait(settled + ` && !location.hash.includes("g=")`)
}

func compareBeforeAfter(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=1600&q=5")
	p.address("q=5")
	p.wait(`!document.getElementById("split").hidden`)
	p.do(chromedp.Focus("#split"), chromedp.KeyEvent(kb.Home))
	p.wait(`/inset\(0(px)? [1-9][\d.]*px 0(px)? 0(px)?\)/.test(document.getElementById("before").style.clipPath)`)
	narrow := p.text(`document.getElementById("before").style.clipPath`)
	p.do(chromedp.KeyEvent(kb.End))
	p.wait(`document.getElementById("before").style.clipPath !== ` + "`" + narrow + "`")
	p.do(chromedp.Click(`input[name=zoom][value="1"]`))
	p.wait(`document.getElementById("canvas").clientWidth * devicePixelRatio === 1600`)
	p.do(chromedp.Click(`#compare-split`))
	p.wait(`document.getElementById("before").hidden`)
}

func compareFormats(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:drawing&w=300")
	p.address("w=300")
	p.do(chromedp.Click("#formats-on"))
	p.wait(`document.querySelectorAll(".format").length === 4 && [...document.querySelectorAll(".format")].every((f) => /\d (k?B|MB)/.test(f.innerText) && / ms/.test(f.innerText) && f.querySelector("img").naturalWidth === 300)`)
	p.wait(`document.querySelectorAll(".format.smallest").length === 1`)
	p.shoot("compare")
	p.do(chromedp.Click(`.format[data-format=avif] button`))
	p.address("f=avif")
	p.wait(`document.getElementById("facts").innerText.includes("AVIF")`)
}

func copyCode(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=400")
	address := p.address("w=400")
	p.wait(`document.getElementById("code-text").innerText.includes("srcset")`)
	for i, want := range []string{
		`<picture>`, `srcset="`, address, "curl -o picture.webp '" + address + "'",
		`"url": "sample:photo"`, `"w": "400"`, `"w": "400"`, `"w" => "400"`, `"w" => "400"`,
	} {
		p.do(chromedp.Click("#tab-" + string(rune('0'+i))))
		quoted := strings.ReplaceAll(want, "`", "")
		p.wait("document.getElementById('code-text').textContent.includes(`" + quoted + "`)")
	}
	p.do(chromedp.Focus("#tab-8"), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	p.wait(`document.activeElement.id === "tab-2" && document.getElementById("code-text").textContent === document.getElementById("address").value`)
	p.do(chromedp.Click("#copy-code"))
	p.wait(`document.getElementById("copy-code").innerText === "Copied" && document.getElementById("status").innerText === "Copied"`)
	p.forgive("Failed to load resource") // an address is no crop
	p.do(chromedp.Focus("#p-crop"), input.DispatchKeyEvent(input.KeyDown).WithCommands([]string{"paste"}))
	pasted := p.field("crop")
	if pasted != address {
		t.Errorf("the clipboard holds %q, want %q", pasted, address)
	}
}

var anyAddress = regexp.MustCompile(`http://[^\s"]+`)

// Every address of a pasted <picture> can be fetched.
func pasteMarkup(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:drawing&w=200&h=100&fit=cover")
	p.address("w=200")
	p.wait(`document.getElementById("code-text").innerText.startsWith("<picture>")`)
	p.wait(`document.getElementById("code-text").textContent.includes("400w")`) // the width of the source is known
	code := p.text(`document.getElementById("code-text").textContent`)
	list := anyAddress.FindAllString(code, -1)
	if len(list) != 13 { // four widths in three formats, and src
		t.Errorf("%d addresses, want 13:\n%s", len(list), code)
	}
	for _, a := range list {
		if got := s.get(t, strings.TrimPrefix(html.UnescapeString(a), s.base)); got.status != http.StatusOK {
			t.Errorf("%s: status %d", a, got.status)
		}
	}
	if !strings.Contains(code, `style="max-width:100%;height:auto"`) { // else it overflows where the page is narrower
		t.Errorf("got %s", code)
	}
	if !strings.Contains(code, `width="200" height="100"`) || !strings.Contains(code, `type="image/avif"`) || !strings.Contains(code, "400w") {
		t.Errorf("got %s", code)
	}
}

// Where only the width and the format differ, one signature holds for the whole <picture>.
func pasteOneSignature(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=400&q=70")
	p.wait(`document.getElementById("code-text").textContent.includes("640w")`) // 600 moved up; the width of the source is known
	code := p.text(`document.getElementById("code-text").textContent`)
	list, sigs := anyAddress.FindAllString(code, -1), map[string]bool{}
	for _, a := range list {
		a = html.UnescapeString(a)
		_, sig, _ := strings.Cut(a, "&sig=")
		sigs[sig] = true
		if got := s.get(t, strings.TrimPrefix(a, s.base)); got.status != http.StatusOK {
			t.Errorf("%s: status %d: %s", a, got.status, got.body)
		}
	}
	if len(list) != 13 || len(sigs) != 1 || !strings.Contains(code, "free=f,w") { // 256, 480, 640 and 828 in three formats, and src
		t.Errorf("%d addresses with %d signatures, want 13 with 1:\n%s", len(list), len(sigs), code)
	}
}

// A server that is asked by another name wants the token, which stays in the tab.
func askToken(t *testing.T, browser context.Context, s *server) {
	p := openAt(t, browser, strings.Replace(s.addr(), "127.0.0.1", elsewhere, 1), "")
	p.forgive("Failed to load resource")
	p.wait(`document.getElementById("token-dialog").open`)
	p.shoot("token")
	p.do(chromedp.Focus("#token"), chromedp.KeyEvent("wrong"+kb.Enter))
	p.wait(`document.getElementById("token-dialog").open && document.getElementById("token-error").innerText.includes("does not accept")`)
	p.do(chromedp.Focus("#token"), chromedp.KeyEvent(testToken+kb.Enter))
	p.address("url=sample:photo", "w=800")
	if got := p.text(`location.href + JSON.stringify(localStorage) + document.getElementById("code-text").textContent`); strings.Contains(got, testToken) {
		t.Errorf("the token stands in %s", got)
	}
	p.reload()
	p.address("w=800") // still known in this tab
}

// The page of an ordinary server keeps within its rate limit, or waits.
func bearRateLimit(t *testing.T, browser context.Context, _ *server) {
	s := start(t, "DISABLE_RATE_LIMIT=", "IMAGEKIT_RATE_LIMIT=20", "IMAGEKIT_RATE_BURST=5")
	p := open(t, browser, s, "url=sample:photo&w=100")
	p.forgive("429")
	p.address("w=100")
	for _, q := range []string{"30", "31", "32", "33", "34"} {
		p.run(`const name = "q", value = "` + q + `";` + setControl)
		p.address("q=" + q)
	}
}

// walkByKeyboard reaches every control by the tab key, sees the focus, and never gets stuck.
func walkByKeyboard(t *testing.T, browser context.Context, s *server) {
	p := open(t, browser, s, "url=sample:photo&w=300")
	p.address("w=300")
	p.wait(`!document.getElementById("split").hidden`)
	want := strings.Fields("p-url choose p-w p-h p-ar p-crop p-dpr p-up p-bg p-padding p-border p-radius p-blur p-tint p-duotone p-q p-t p-v reset-all address scroll split compare-split formats-on copy-code")
	seen := map[string]bool{}
	for range 240 {
		p.do(chromedp.KeyEvent(kb.Tab))
		if p.text(`document.activeElement.matches("details:not([open]) > summary")`) == "true" {
			p.do(chromedp.KeyEvent(kb.Enter)) // opens the group
		}
		seen[p.text(`document.activeElement.id`)] = true
		if p.text(`document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none"`) != "true" {
			t.Errorf("%s does not show that it has the focus", p.text("document.activeElement.outerHTML.slice(0, 80)"))
		}
		if seen["code-panel"] {
			break
		}
	}
	for _, id := range want {
		if !seen[id] {
			t.Errorf("#%s is not reached by the keyboard", id)
		}
	}
}

// axeFile is where scripts/deps.sh leaves the checker.
const axeFile = "../bin/axe-core-4.14.1.js"

func runAxe(t *testing.T, browser context.Context, s *server) {
	script, err := os.ReadFile(filepath.FromSlash(axeFile))
	if err != nil {
		t.Skip("no axe-core here: accessibility is not checked (scripts/deps.sh test fetches it, with npm)")
	}
	for _, theme := range []string{"light", "dark"} {
		p := open(t, browser, s, "url=sample:photo&w=300&crop=0.1,0.1,0.5,0.5&g=0.3x0.3")
		p.address("w=300")
		p.run(`for (const group of document.querySelectorAll("details")) group.open = true;`)
		p.do(chromedp.Click("#formats-on"), chromedp.Click(".help"))
		p.wait(`document.querySelectorAll(".format.smallest").length === 1 && !document.getElementById("before").hidden`)
		p.run(`document.documentElement.dataset.theme = "` + theme + `"`)
		p.wait("document.getAnimations().length === 0") // colours fade
		p.do(chromedp.Evaluate(string(script), nil))
		var found []string
		p.do(chromedp.Evaluate(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) =>
			r.violations.map((v) => v.id + ": " + v.help + " " + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + " " + n.failureSummary).join(" | ")))`, &found, awaitPromise))
		for _, f := range found {
			t.Errorf("%s: %s", theme, f)
		}
	}
}
