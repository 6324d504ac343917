// Figures about a result: bytes, size, format, cache, and the stages of Server-Timing as a bar.
import { $, element, bytes, milliseconds } from "./dom.js";
import { get, getInfo } from "./state.js";

const formatName = (type) => ({ jpeg: "JPEG", png: "PNG", webp: "WebP", avif: "AVIF", json: "Facts" })[type.split("/").pop()] ?? type;

// saved says how much smaller than the source so many bytes are.
export function saved(size) {
  const source = getInfo()?.bytes;
  if (!source) return "";
  const percent = Math.round(100 * (1 - size / source));
  return percent >= 0 ? `${percent} % saved` : `${-percent} % more`;
}

// show shows the figures of an answer and its size in pixels.
export function show(answer, size, uncompared) {
  const rows = [
    ["Bytes", bytes(answer.blob.size), "strong"],
    ["Against the source", saved(answer.blob.size) || "…", "saved"],
    ["Size", `${size.width} × ${size.height}`],
    ["Format", formatName(answer.blob.type)],
    ["Cache", answer.cache || "none: an upload", answer.cache === "HIT" ? "hit" : ""],
    ["Time", milliseconds(answer.took)],
  ];
  $("facts").replaceChildren(...rows.map(([name, value, kind]) =>
    element("div", { className: kind ?? "" }, element("dt", { textContent: name }), element("dd", { textContent: value }))));
  showTiming(answer);
  showCaps(size, uncompared);
}

// showTiming draws the stages, and what is left of the time: the way there and back.
function showTiming({ stages, took }) {
  const inside = stages.reduce((sum, [, ms]) => sum + ms, 0);
  const list = [...stages, ["transfer", Math.max(0, took - inside)]].filter(([, ms]) => ms >= 0.05);
  $("timing").hidden = list.length === 0;
  $("timing-bar").replaceChildren(...list.map(([name, ms]) => {
    const part = element("span", { className: `stage-${name}`, title: `${name} ${milliseconds(ms)}` });
    part.style.setProperty("flex-grow", String(ms));
    return part;
  }));
  $("timing-legend").replaceChildren(...list.map(([name, ms]) =>
    element("li", {}, element("i", { className: `stage-${name}` }), `${name} `, element("b", { textContent: milliseconds(ms) }))));
}

// showCaps says what was left out without a word. uncompared: the pixels up to which before and after are compared, where
// that is why they are not.
export function showCaps(size, uncompared) {
  const list = [];
  const asked = [["w", size.width], ["h", size.height]].filter(([name]) => get(name) !== "");
  const density = Number(get("dpr")) || 1;
  if (!get("up") && asked.length > 0 && asked.every(([name, got]) => got < Math.round(get(name) * density))) {
    list.push("The source is smaller than what you ask for, and is not enlarged. Switch on Enlarge (up) to change that.");
  }
  if (uncompared) list.push(`Before and after are compared up to ${uncompared / 1e6} megapixels. This result has ${(size.width * size.height / 1e6).toFixed(1)}.`);
  $("caps").textContent = list.join(" ");
  $("caps").hidden = list.length === 0;
}

export { formatName };
