// Writes the HTML that shows a picture in several widths. No document here.

const standard = [320, 640, 960, 1280, 1920];

// plan returns the widths to offer, as changes to the parameters, for a result of this size. most is the width there
// is, if known: no wider picture can be made. maxSide is the largest w and h that may be asked for.
export function plan({ w, h, size, most, maxSide }) {
  const one = Number(w) || 0;
  const wanted = one ? [one / 2, one, one * 1.5, one * 2] : [...standard, size.width];
  const limit = Math.min(most || size.width, maxSide);
  let widths = [...new Set(wanted.map((x) => Math.round(Math.min(x, limit))))].filter((x) => x > 0).sort((a, b) => a - b);
  if (one && Number(h)) widths = widths.filter((x) => Math.round(x * h / one) <= maxSide);
  return widths.map((width) => ({
    width,
    changes: { w: String(width), h: one && Number(h) ? String(Math.max(1, Math.round(width * h / one))) : "", dpr: "" },
  }));
}

export const escape = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

const set = (addresses, indent) => addresses.map(({ url, width }) => `${escape(url)} ${width}w`).join(`,\n${indent}`);

const sizes = (shown) => `(max-width: ${shown}px) 100vw, ${shown}px`;

// image writes an <img> with a srcset. addresses: [{url, width}].
export function image(addresses, fallback, size, indent = "") {
  return `<img
${indent}  src="${escape(fallback)}"
${indent}  srcset="${set(addresses, `${indent}          `)}"
${indent}  sizes="${sizes(size.width)}"
${indent}  width="${size.width}" height="${size.height}" style="max-width:100%;height:auto"
${indent}  alt="" loading="lazy" decoding="async">`;
}

// picture writes a <picture>: sources in modern formats, [{type, addresses}], and an <img> for the rest.
export function picture(sources, addresses, fallback, size) {
  const list = sources.map(({ type, addresses }) => `  <source
    type="${type}"
    srcset="${set(addresses, "            ")}"
    sizes="${sizes(size.width)}">`);
  return ["<picture>", ...list, `  ${image(addresses, fallback, size, "  ")}`, "</picture>"].join("\n");
}
