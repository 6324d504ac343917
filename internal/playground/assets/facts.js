// Figures about a result: bytes, size, format, cache, and the stages of Server-Timing as a bar.
import { $, element, bytes, milliseconds } from "./dom.js";
import { getInfo } from "./state.js";

const formatName = (type) => ({ jpeg: "JPEG", png: "PNG", webp: "WebP", avif: "AVIF" })[type.replace("image/", "")] ?? type;

// saved says how much smaller than the source so many bytes are.
export function saved(size) {
  const source = getInfo()?.bytes;
  if (!source) return "";
  const percent = Math.round(100 * (1 - size / source));
  return percent >= 0 ? `${percent} % saved` : `${-percent} % more`;
}

// show shows the figures of an answer and its size in pixels.
export function show(answer, size) {
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

export { formatName };
