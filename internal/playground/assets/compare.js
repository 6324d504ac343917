// The same parameters in every format, side by side.
import { $, element, bytes, milliseconds, swap } from "./dom.js";
import * as state from "./state.js";
import { fetchPicture, lastResult, onCalm } from "./result.js";
import { formatName, saved } from "./facts.js";

const list = $("formats"), toggle = $("formats-on");
let working = new AbortController();
let compared = {}; // the result whose formats are shown, or being made, and these formats

export function bind() {
  toggle.onchange = () => {
    list.hidden = !toggle.checked;
    if (toggle.checked && lastResult()) make();
  };
  onCalm(() => { if (toggle.checked && !upToDate()) make(); });
  document.addEventListener("settled", () => { if (!lastResult()) { working.abort(); compared = {}; list.replaceChildren(); } });
}

// worth lists the formats to show: PNG only where it has a chance, for pictures with transparency or drawn ones, and not
// GIF, which is for what moves.
function worth() {
  const info = state.getInfo();
  const formats = document.body.dataset.formats.split(" ");
  const drawn = info?.alpha || info?.format === "png" || info?.format === "gif" || state.get("f") === "png";
  return formats.filter((f) => f !== "gif" && (f !== "png" || drawn));
}

// upToDate reports whether nothing new would be shown: made again, all would come from the cache and its times say nothing.
function upToDate() {
  return compared.result === lastResult() && String(compared.formats) === String(worth());
}

async function make() {
  working.abort();
  working = new AbortController();
  const { signal } = working;
  const formats = worth();
  compared = { result: lastResult(), formats };
  const cards = formats.map((f) => list.querySelector(`[data-format="${f}"]`) ?? card(f));
  list.replaceChildren(...cards);
  $("formats-png").hidden = !document.body.dataset.formats.includes("png") || formats.includes("png");
  list.setAttribute("aria-busy", "true");
  // One after the other: the times are to be compared.
  const sizes = new Map();
  for (const [i, f] of formats.entries()) {
    try {
      const answer = await fetchPicture({ f }, signal);
      if (signal.aborted) return;
      sizes.set(f, answer.blob.size);
      await fill(cards[i], answer);
    } catch (error) {
      if (signal.aborted) return;
      cards[i].querySelector(".figures").textContent = error.message;
    }
  }
  const most = Math.max(...sizes.values()), fewest = Math.min(...sizes.values());
  formats.forEach((f, i) => {
    cards[i].querySelector(".weight i").style.setProperty("width", `${100 * (sizes.get(f) ?? 0) / most}%`);
    cards[i].classList.toggle("smallest", sizes.get(f) === fewest);
  });
  list.setAttribute("aria-busy", "false");
}

function card(f) {
  const use = element("button", { type: "button", textContent: "Use" });
  use.setAttribute("aria-label", `Use ${formatName(f)}`);
  use.onclick = () => state.set({ f });
  const made = element("li", { className: "format" },
    element("div", { className: "format-head" }, element("strong", { textContent: formatName(f) }), element("em", { textContent: "smallest" }), use),
    element("div", { className: "format-picture" }, element("img", { alt: `As ${formatName(f)}` })),
    element("div", { className: "weight" }, element("i")),
    element("p", { className: "figures", textContent: "…" }));
  made.dataset.format = f;
  return made;
}

async function fill(made, answer) {
  await swap(made.querySelector("img"), answer.blob);
  const inside = answer.stages.reduce((sum, [, ms]) => sum + ms, 0);
  made.querySelector(".figures").replaceChildren(
    element("b", { textContent: bytes(answer.blob.size) }),
    ...[saved(answer.blob.size), answer.cache === "HIT" ? `from the cache in ${milliseconds(inside)}` : `made in ${milliseconds(inside)}`].filter(Boolean).map((t) => element("span", { textContent: t })));
}
