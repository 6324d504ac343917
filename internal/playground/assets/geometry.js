// Arithmetic between the parameters and the source picture, in fractions of its sides. No document here.

const clamp = (x, low = 0, high = 1) => Math.min(high, Math.max(low, x));

// fraction writes a crop's number: with a point it is a fraction, without one it would be pixels.
function fraction(x) {
  const text = String(Number(x.toFixed(4)));
  return text === "1" ? "1.0" : text;
}

// formatCrop writes {x, y, w, h} in fractions as a value of crop, "" for the whole picture.
export function formatCrop(box) {
  if (!box || (box.w > 0.9999 && box.h > 0.9999)) return "";
  return [box.x, box.y, box.w, box.h].map(fraction).join(",");
}

// parseCrop reads a value of crop; size {width, height} of the source is needed where pixels stand. null: none, or
// not to be read.
export function parseCrop(text, size) {
  const parts = text.split(",");
  if (parts.length !== 4 || parts.some((p) => !/^\d+(\.\d+)?$/.test(p))) return null;
  const sides = [size?.width, size?.height, size?.width, size?.height];
  const [x, y, w, h] = parts.map((p, i) => p.includes(".") || Number(p) === 0 ? Number(p) : Number(p) / sides[i]);
  if (![x, y, w, h].every(Number.isFinite)) return null;
  const box = { x: clamp(x), y: clamp(y), w: 0, h: 0 };
  box.w = clamp(w, 0, 1 - box.x);
  box.h = clamp(h, 0, 1 - box.y);
  return box.w > 0 && box.h > 0 ? box : null;
}

export const least = 0.01; // the smallest side of a box that is drawn

// spanned returns the box between two points.
export function spanned(a, b) {
  const x = clamp(Math.min(a.x, b.x)), y = clamp(Math.min(a.y, b.y));
  return { x, y, w: Math.max(least, clamp(Math.max(a.x, b.x)) - x), h: Math.max(least, clamp(Math.max(a.y, b.y)) - y) };
}

// moved returns the box shifted, kept inside.
export function moved(box, dx, dy) {
  return { ...box, x: clamp(box.x + dx, 0, 1 - box.w), y: clamp(box.y + dy, 0, 1 - box.h) };
}

// resized moves the edges named by some of "nsew".
export function resized(box, edges, dx, dy) {
  let { x, y, w, h } = box;
  if (edges.includes("e")) w = clamp(w + dx, least, 1 - x);
  if (edges.includes("s")) h = clamp(h + dy, least, 1 - y);
  if (edges.includes("w")) { const right = x + w; x = clamp(x + dx, 0, right - least); w = right - x; }
  if (edges.includes("n")) { const bottom = y + h; y = clamp(y + dy, 0, bottom - least); h = bottom - y; }
  return { x, y, w, h };
}

// The focus is a point of the picture after crop, turn and mirror, in this order.

// toResult takes a point of the source there.
export function toResult(point, crop, rot, flip) {
  const box = crop ?? { x: 0, y: 0, w: 1, h: 1 };
  let x = clamp((point.x - box.x) / box.w), y = clamp((point.y - box.y) / box.h);
  if (rot === "90") [x, y] = [1 - y, x];
  else if (rot === "180") [x, y] = [1 - x, 1 - y];
  else if (rot === "270") [x, y] = [y, 1 - x];
  if (flip.includes("h")) x = 1 - x;
  if (flip.includes("v")) y = 1 - y;
  return { x, y };
}

// toSource takes it back.
export function toSource(point, crop, rot, flip) {
  const box = crop ?? { x: 0, y: 0, w: 1, h: 1 };
  let { x, y } = point;
  if (flip.includes("h")) x = 1 - x;
  if (flip.includes("v")) y = 1 - y;
  if (rot === "90") [x, y] = [y, 1 - x];
  else if (rot === "180") [x, y] = [1 - x, 1 - y];
  else if (rot === "270") [x, y] = [1 - y, x];
  return { x: box.x + x * box.w, y: box.y + y * box.h };
}

// formatFocus writes a point as a value of g.
export const formatFocus = ({ x, y }) => `${Number(x.toFixed(2))}x${Number(y.toFixed(2))}`;

// parseFocus reads XxY, or a named side or corner.
export function parseFocus(text) {
  const match = /^(\d(?:\.\d+)?)x(\d(?:\.\d+)?)$/.exec(text);
  if (match) return { x: Math.min(1, Number(match[1])), y: Math.min(1, Number(match[2])) };
  if (!/^[a-z-]+$/.test(text)) return null;
  const along = (low, high) => text.includes(low) ? 0 : text.includes(high) ? 1 : 0.5;
  return { x: along("left", "right"), y: along("top", "bottom") };
}
