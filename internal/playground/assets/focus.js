// The focus point on the source picture, set by a click or the keyboard. It writes g.
import { $, announce } from "./dom.js";
import { get, set, onChange } from "./state.js";
import { formatFocus, parseFocus, toResult, toSource } from "./geometry.js";
import { box, direction, percent } from "./crop.js";

const node = $("focusdot");

const point = () => {
  const p = get("g") ? parseFocus(get("g")) : null;
  return p && toSource(p, box(), get("rot"), get("flip"));
};
// put takes a point of the source picture.
const put = (p) => set({ g: formatFocus(toResult(p, box(), get("rot"), get("flip"))) });

export function show() {
  const p = point();
  node.hidden = p === null;
  if (p) {
    node.style.setProperty("left", `${100 * p.x}%`);
    node.style.setProperty("top", `${100 * p.y}%`);
  }
  $("focus-needs").hidden = (get("fit") === "cover" || get("fit") === "pad") && get("w") !== "" && get("h") !== "";
}

export function bind() {
  const concerned = ["g", "crop", "rot", "flip", "url", "fit", "w", "h"];
  onChange((names) => { if (concerned.some((name) => names.has(name))) show(); });
  node.addEventListener("keydown", byKey);
  $("focus-try").onclick = () => set({ w: "400", h: "400", fit: "cover" });
}

export function start() {
  if (!point()) put({ x: 0.5, y: 0.33 });
  node.focus({ preventScroll: true });
}

export function tap(at) {
  put(at);
  node.focus({ preventScroll: true });
}

// press sets the point and lets it be dragged.
export function press(event, at, place) {
  const area = $("area");
  area.setPointerCapture(event.pointerId);
  put(at);
  const move = (e) => put(place(e));
  const end = () => {
    for (const [type, f] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) area.removeEventListener(type, f);
    node.focus({ preventScroll: true });
  };
  for (const [type, f] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) area.addEventListener(type, f);
}

function byKey(event) {
  const p = point(), d = direction(event);
  if (!p) return;
  if (d) put({ x: p.x + d[0], y: p.y + d[1] });
  else if (event.key === "Delete" || event.key === "Backspace") {
    set({ g: "" });
    document.querySelector("input[name=tool]:checked").focus();
  } else return;
  event.preventDefault();
  const now = point();
  announce(now ? `Focus ${percent(now.x)} from the left, ${percent(now.y)} from the top` : "Focus removed");
}
