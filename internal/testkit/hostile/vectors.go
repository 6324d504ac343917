package hostile

import (
	"fmt"
	"strings"

	"imagekit/internal/fault"
)

// svg is a document with these attributes and this content.
func svg(attributes, content string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` + attributes + ">" +
		content + "</svg>"
}

// vectors lists SVG and what other programs execute: all of it is refused by its first bytes.
func vectors() []File {
	var entities, groups strings.Builder
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&entities, `<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
		fmt.Fprintf(&groups, `<g id="u%d">%s</g>`, i, strings.Repeat(fmt.Sprintf(`<use xlink:href="#u%d"/>`, i-1), 10))
	}
	const doctype = `<?xml version="1.0"?><!DOCTYPE s [%s]>`
	xml := func(name, content string) File { return bad(name, fault.NotAnImage, text(content)) }
	picture := func(name, attributes, content string) File {
		return bad(name, fault.UnsupportedFormat, text(svg(attributes, content)))
	}
	return []File{
		xml("svg_billion_laughs.svg", fmt.Sprintf(doctype, `<!ENTITY a0 "lol">`+entities.String())+svg("",
			"<text>&a9;</text>")),
		bad("svg_xxe_file.svg", fault.UnsupportedFormat, text(
			fmt.Sprintf(doctype, `<!ENTITY x SYSTEM "file:///etc/passwd">`)+svg(`width="400" height="400"`,
				`<text y="20">&x;</text>`))),
		picture("svg_xinclude_cve_2023_38633.svg", `width="300" height="300"`,
			`<text><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" `+
				`href=".?../../../../../../../etc/passwd" parse="text"><xi:fallback/></xi:include></text>`),
		picture("svg_image_http_loopback.svg", "", `<image xlink:href="http://127.0.0.1:9/ssrf" width="10" height="10"/>`),
		picture("svg_image_file.svg", "", `<image xlink:href="file:///etc/hostname" width="10" height="10"/>`),
		picture("svg_script.svg", `onload="alert(1)"`, `<script>alert(document.domain)</script>`),
		picture("svg_1e9_dims.svg", `width="1000000000" height="1000000000"`, `<rect width="100%" height="100%"/>`),
		picture("svg_use_bomb.svg", "", `<g id="u0"><rect width="1" height="1"/></g>`+groups.String()+`<use xlink:href="#u9"/>`),
		picture("svg_blur_1e6.svg", `width="5000" height="5000"`,
			`<filter id="f"><feGaussianBlur stdDeviation="1000000"/></filter><rect filter="url(#f)" width="5000" height="5000"/>`),
		picture("svg_100k_nested_g.svg", "", strings.Repeat("<g>", 100_000)+strings.Repeat("</g>", 100_000)),
		bad("svgz_bomb_256MB.svgz", fault.NotAnImage, func(Seeds) []byte {
			return gzipped(`<svg xmlns="http://www.w3.org/2000/svg"><!--`, 256<<20, ' ', "--></svg>")
		}),
		bad("imagetragick.mvg", fault.NotAnImage, text("push graphic-context\nviewbox 0 0 640 480\n"+
			`fill 'url(https://127.0.0.1:9/x.jpg"|touch "/tmp/pwned)'`+"\npop graphic-context\n")),
		xml("msl.png", `<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/pwned"/></image>`),
	}
}
