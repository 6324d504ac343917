// The crop box on the source picture: drawn, moved and resized with a pointer or the keyboard.
import { $, announce } from "./dom.js";
import { get, set, getInfo, onChange } from "./state.js";
import { formatCrop, parseCrop, spanned, moved, resized } from "./geometry.js";

const area = $("area"), node = $("cropbox");
const step = 0.01; // of the picture's side, for a key

export const box = () => parseCrop(get("crop"), getInfo());
const write = (b) => set({ crop: formatCrop(b) });

// show draws the box where the parameter says.
export function show() {
  const b = box();
  node.hidden = b === null;
  if (!b) return;
  for (const [side, value] of [["left", b.x], ["top", b.y], ["width", b.w], ["height", b.h]]) {
    node.style.setProperty(side, `${100 * value}%`);
  }
}

export function bind() {
  onChange((names) => { if (names.has("crop") || names.has("url")) show(); });
  node.addEventListener("keydown", byKey);
}

// start gives a box to those without a mouse: the middle of the picture.
export function start() {
  if (!box()) write({ x: 0.25, y: 0.25, w: 0.5, h: 0.5 });
  node.focus({ preventScroll: true });
}

// active reports whether a place belongs to the box while it has the focus: then a finger drags it.
export const active = (target) => document.activeElement === node && node.contains(target);

// tap gives a box to those with a finger, chooses it, or takes it away.
export function tap(at, target) {
  if (!box()) write(moved({ x: 0, y: 0, w: 0.5, h: 0.5 }, at.x - 0.25, at.y - 0.25));
  else if (!node.contains(target)) { write(null); return; }
  node.focus({ preventScroll: true });
}

// press begins to draw, move or resize at a pointer's place; at is in fractions of the picture.
export function press(event, at) {
  const before = box();
  const edge = event.target.dataset?.edge;
  let change;
  if (before && edge) change = (p) => resized(before, edge, p.x - at.x, p.y - at.y);
  else if (before && node.contains(event.target)) change = (p) => moved(before, p.x - at.x, p.y - at.y);
  else change = (p) => spanned(at, p);
  const drawing = !before || !node.contains(event.target);
  let far = false;
  area.setPointerCapture(event.pointerId);
  const move = (e) => {
    const p = place(e);
    const bounds = area.getBoundingClientRect();
    far ||= Math.hypot((p.x - at.x) * bounds.width, (p.y - at.y) * bounds.height) > 4;
    if (far) write(change(p));
  };
  const end = (e) => {
    for (const [type, f] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) area.removeEventListener(type, f);
    if (!far && drawing && e.type === "pointerup") write(null); // a click beside the box takes it away
    else node.focus({ preventScroll: true });
  };
  for (const [type, f] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) area.addEventListener(type, f);
}

// place returns a pointer's place in fractions of the picture.
export function place(event) {
  const bounds = area.getBoundingClientRect();
  return { x: (event.clientX - bounds.left) / bounds.width, y: (event.clientY - bounds.top) / bounds.height };
}

const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// direction returns how far a key moves something, in fractions; null for other keys.
export function direction(event) {
  const d = directions[event.key];
  return d && !event.ctrlKey && !event.metaKey && !event.altKey ? d.map((n) => n * step) : null;
}

function byKey(event) {
  const b = box(), d = direction(event);
  if (!b) return;
  if (d) write(event.shiftKey ? resized(b, "se", ...d) : moved(b, ...d));
  else if (event.key === "Delete" || event.key === "Backspace") {
    write(null);
    document.querySelector("input[name=tool]:checked").focus();
  } else return;
  event.preventDefault();
  const now = box();
  announce(now ? `Crop ${percent(now.w)} by ${percent(now.h)}, at ${percent(now.x)} from the left and ${percent(now.y)} from the top` : "Crop removed");
}

export const percent = (x) => `${Math.round(100 * x)} %`;
