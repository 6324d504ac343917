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

// onLadder moves widths up to the steps of the operator's ladder, but none beyond most, the width there is; no steps
// where there is no ladder, or none of its steps is small enough.
export function onLadder(steps, ladder, most) {
  const fits = ladder.filter((w) => w <= most);
  return fits.length === 0 ? [] : [...new Set(steps.map((s) => fits.find((w) => w >= s.width) ?? fits.at(-1)))].sort((a, b) => a - b);
}

// changed returns a signed address with other values of what its signature leaves free.
export function changed(path, values) {
  return Object.entries(values).reduce((p, [name, value]) => p.replace(new RegExp(`([?&]${name}=)[^&]*`), `$1${value}`), path);
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
