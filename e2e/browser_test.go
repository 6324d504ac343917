//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// elsewhere is a name of this machine by which the browser is a stranger to the server.
const elsewhere = "images.test"

// newBrowser starts a Chromium that ends with the test, and skips the test where there is none.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here: the page is not tested in a browser (scripts/deps.sh test installs it)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("host-resolver-rules", "MAP "+elsewhere+" 127.0.0.1"), chromedp.Env("TZ=UTC"), chromedp.WSURLReadTimeout(patience))
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	// it reports every event it does not know
	browser, endBrowser := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		_ = chromedp.Cancel(browser) // waits for the process
		endBrowser()
		endAlloc()
	})
	if err := chromedp.Run(browser); err != nil {
		t.Fatal(err)
	}
	return browser
}

// tab is the page in a window of its own, with storage of its own. At its end the console must be clean, and nothing
// was asked of another host.
type tab struct {
	t    *testing.T
	ctx  context.Context
	host string // of the page

	mu        sync.Mutex
	console   []string
	strangers []string
	forgiven  []string // parts of messages that the test brings about
}

// open loads the page with a setting in its address, "" for none, and waits until it works.
func open(t *testing.T, browser context.Context, s *server, setting string, before ...chromedp.Action) *tab {
	t.Helper()
	return openAt(t, browser, s.addr(), setting, before...)
}

func openAt(t *testing.T, browser context.Context, host, setting string, before ...chromedp.Action) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithTargetID(newWindow(t, browser)))
	ctx, stop := context.WithTimeout(ctx, 2*patience)
	p := &tab{t: t, ctx: ctx, host: host}
	chromedp.ListenTarget(ctx, p.listen)
	t.Cleanup(func() {
		if t.Failed() {
			p.shoot("failed")
		}
		stop()
		cancel()
		p.judge()
	})
	address := "http://" + host + "/"
	if setting != "" {
		address += "#" + setting
	}
	p.do(append([]chromedp.Action{network.Enable(), cdplog.Enable()}, before...)...)
	p.load(address)
	return p
}

// newWindow opens an empty window with storage of its own. chromedp opens tabs, and those need a window first.
func newWindow(t *testing.T, browser context.Context) (id target.ID) {
	t.Helper()
	ctx := cdp.WithExecutor(browser, chromedp.FromContext(browser).Browser)
	storage, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err == nil {
		id, err = target.CreateTarget("about:blank").WithBrowserContextID(storage).WithNewWindow(true).WithWidth(1440).WithHeight(1000).Do(ctx)
	}
	if err != nil {
		t.Fatalf("no new window: %v", err)
	}
	return id
}

// listen notes what goes to the console and over the network.
func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			p.console = append(p.console, fmt.Sprintf("%s: %v", e.Type, e.Args))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning {
			p.console = append(p.console, fmt.Sprintf("%s (%s)", e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "blob" && u.Scheme != "data" && u.Host != p.host {
			p.strangers = append(p.strangers, e.Request.URL)
		}
	}
}

func (p *tab) judge() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.console {
		forgiven := false
		for _, part := range p.forgiven {
			forgiven = forgiven || strings.Contains(line, part)
		}
		if !forgiven {
			p.t.Errorf("on the console: %s", line)
		}
	}
	if p.strangers != nil {
		p.t.Errorf("the page asked other hosts: %v", p.strangers)
	}
}

// forgive lets messages with this part onto the console: Chromium reports every answer that is an error.
func (p *tab) forgive(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgiven = append(p.forgiven, part)
}

// awaitPromise makes Evaluate return what a promise brings.
func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// do runs actions. Keys go to what has the focus, by KeyEvent: chromedp.SendKeys reads its copy of the page's nodes while
// chromedp changes it.
func (p *tab) do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatalf("in the browser: %v", err)
	}
}

// wait waits until a JavaScript expression holds, also across a change of the document.
func (p *tab) wait(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var holds bool
		err := chromedp.Run(ctx, chromedp.Evaluate("(() => { try { return Boolean("+expression+") } catch { return false "+
			"} })()", &holds))
		if err == nil && holds {
			return
		}
		if ctx.Err() != nil {
			p.t.Fatalf("%s\nwaited in vain for %s: %v", p.text(`document.querySelector("main").innerText.slice(0, 1500)`),
				expression, err)
		}
		<-tick.C
	}
}

// load leads the tab to an address and waits until the page works.
func (p *tab) load(address string) {
	p.t.Helper()
	p.navigate(address)
	p.wait(works)
}

// navigate leads the tab to an address. chromedp.Navigate waits for an event that it misses on a busy machine, and then
// for ever; so does chromedp.Reload.
func (p *tab) navigate(address string) {
	p.t.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, failed, _, err := page.Navigate(address).Do(ctx)
		if err == nil && failed != "" {
			err = errors.New(failed)
		}
		return err
	}))
}

// reload loads the page again and waits until it works.
func (p *tab) reload() {
	p.t.Helper()
	p.run(`window.fromBeforeReload = true`)
	p.do(page.Reload())
	p.wait(`!window.fromBeforeReload && ` + works)
}

// works is the expression that says: the page listens to its reader.
const works = `document.documentElement.dataset.ready === ""`

// text evaluates an expression to a string.
func (p *tab) text(expression string) (out string) {
	p.t.Helper()
	p.do(chromedp.Evaluate("String("+expression+")", &out))
	return out
}

// value evaluates an expression into out.
func (p *tab) value(expression string, out any) {
	p.t.Helper()
	p.do(chromedp.Evaluate(expression, out))
}

// run runs statements.
func (p *tab) run(statements string) {
	p.t.Helper()
	p.do(chromedp.Evaluate("(() => {"+statements+"})()", nil))
}

// settled is the expression that says: the result of the setting is there.
const settled = `document.getElementById("frame").getAttribute("aria-busy") === "false" && !document.getElementById("facts").hidden && document.getElementById("facts").children.length > 0`

// address waits for a result whose signed address holds all of these parameters, and returns the address.
func (p *tab) address(parts ...string) string {
	p.t.Helper()
	list, _ := json.Marshal(parts)
	p.wait(settled + ` && ` + string(list) + `.every((part) => ("&" + document.getElementById("address").value.split("?")[1] + "&").includes("&" + part + "&"))`)
	return p.text(`document.getElementById("address").value`)
}

// pixels returns a text that differs when the picture that is shown differs.
func (p *tab) pixels() string {
	p.t.Helper()
	return p.pixelsOf("after")
}

// pixelsOf is pixels of another image of the page.
func (p *tab) pixelsOf(id string) string {
	p.t.Helper()
	return p.text(`(() => {
		const image = document.getElementById("` + id + `"), canvas = document.createElement("canvas");
		canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
		const context = canvas.getContext("2d");
		context.drawImage(image, 0, 0);
		let sum = 0;
		for (const b of context.getImageData(0, 0, canvas.width, canvas.height).data) sum = (sum * 31 + b) | 0;
		return canvas.width + "x" + canvas.height + ":" + sum;
	})()`)
}

// shoot takes a screenshot of the whole page where IMAGEKIT_SHOTS names a directory.
func (p *tab) shoot(name string) {
	dir := os.Getenv("IMAGEKIT_SHOTS")
	if dir == "" {
		return
	}
	var data []byte
	if err := chromedp.Run(p.ctx, chromedp.FullScreenshot(&data, 100)); err != nil {
		p.t.Logf("no screenshot %s: %v", name, err)
		return
	}
	write(p.t, dir+"/"+strings.ReplaceAll(name, "/", "-")+".png", string(data))
}
