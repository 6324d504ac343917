// Code to paste: the signed address, curl, HTML in several widths, and how to sign in other languages.
import { $, element, ending, announce, later } from "./dom.js";
import * as state from "./state.js";
import * as api from "./api.js";
import { fill } from "./fill.js";
import { plan, onLadder, changed, image, picture } from "./markup.js";
import { parseCrop } from "./geometry.js";
import { lastResult, onCalm } from "./result.js";

const formats = document.body.dataset.formats.split(" ");
const maxSide = Number(document.body.dataset.maxSide);
const ladder = document.body.dataset.widths.split(" ").filter(Boolean).map(Number); // none: one signature may not hold for many widths
const placeholder = "https://example.com/photo.jpg"; // stands for a file, which has no address

const secret = document.body.dataset.secret;
const builtIn = secret ? ` This server has no secret of its own yet: run it with IMAGEKIT_SECRET=${secret}.` : "";

const tabs = [
  { name: "<picture>", make: makePicture, note: "Widths in every format, none wider than the source unless Enlarge is on. One signature holds for all of them, unless the height is set. Browsers take the best they can show." },
  { name: "<img srcset>", make: makeImage, note: "One format in several widths, none wider than the source unless Enlarge is on. One signature holds for all of them, unless the height is set." },
  { name: "URL", make: async (signal) => signed(await one(signal)), note: "Anybody can fetch it. It works until the secret changes or t has passed." },
  { name: "curl", make: makeCurl, note: "" },
  ...[...document.querySelectorAll("template.snippet")].map((t) => ({
    name: t.dataset.language, make: async () => program(t.content.textContent), note: `Reads the secret from IMAGEKIT_SECRET and prints the signed address. No library is needed.${builtIn}`,
  })),
];

const fixed = !state.names().includes("w"); // only presets are allowed

let chosen = 0;
let working = new AbortController();

export function bind() {
  $("tabs").replaceChildren(...tabs.map((tab, i) => {
    const b = element("button", { type: "button", textContent: tab.name, id: `tab-${i}` });
    b.setAttribute("role", "tab");
    b.setAttribute("aria-controls", "code-panel");
    b.onclick = () => choose(i);
    b.onkeydown = byKey;
    return b;
  }));
  choose(0);
  onCalm(show);
  document.addEventListener("settled", () => { if (!lastResult()) show(); });
  state.onChange(later(() => { if (!state.hasSource()) show(); }, 60, 60));
  for (const b of document.querySelectorAll(".copy")) b.onclick = () => copy(b, $(b.dataset.copy));
}

function byKey(event) {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose((to + tabs.length) % tabs.length);
  $(`tab-${chosen}`).focus();
}

function choose(i) {
  chosen = i;
  tabs.forEach((_, j) => {
    $(`tab-${j}`).setAttribute("aria-selected", String(i === j));
    $(`tab-${j}`).tabIndex = i === j ? 0 : -1;
  });
  $("code-panel").setAttribute("aria-labelledby", `tab-${i}`);
  show();
}

async function show() {
  working.abort();
  working = new AbortController();
  const { signal } = working;
  const tab = tabs[chosen];
  const text = $("code-text");
  $("code-note").textContent = tab.note;
  $("copy-code").disabled = true;
  if (!lastResult()) {
    const failed = $("frame").getAttribute("aria-busy") === "false";
    text.textContent = !state.hasSource() ? "Choose a picture first." : failed ? "No code: there is no picture." : "…";
    return;
  }
  $("code-panel").setAttribute("aria-busy", "true");
  try {
    const made = await tab.make(signal);
    if (signal.aborted) return;
    text.textContent = made;
    $("copy-code").disabled = false;
    if (state.getFile()) $("code-note").textContent = tab.name === "curl" ? sendNote() : `A file has no address: ${placeholder} stands for the address where you publish it. Sign again with that one.`;
  } catch (error) {
    if (!signal.aborted) text.textContent = `No code: ${error.message}`;
  }
  $("code-panel").setAttribute("aria-busy", "false");
}

const source = () => state.getFile() ? { url: placeholder } : {};
const one = (signal) => api.sign([state.query(source())], signal);
const signed = ([path]) => location.origin + path;

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

async function makeCurl(signal) {
  const file = state.getFile();
  const accept = (state.get("f") || document.body.dataset.defaultFormat) === "auto" ? ` -H ${quoted(`Accept: ${await api.accept()}`)}` : "";
  if (!file) return `curl -o picture.${ending(lastResult().answer.blob)}${accept} ${quoted(signed(await one(signal)))}`;
  const fields = state.pairs().filter(([name]) => !api.ofAddress.includes(name)).map(([name, value]) => ` -F ${quoted(`${name}=${value}`)}`);
  const token = api.hasToken() ? ' -H "Authorization: Bearer $IMAGEKIT_SIGN_TOKEN"' : "";
  return `curl -o picture.${ending(lastResult().answer.blob)}${accept}${token} -F ${quoted(`file=@${file.name || "picture"}`)}${fields.join("")} ${quoted(`${location.origin}/upload`)}`;
}

const sendNote = () => `A file has no address, so this uploads it.${api.hasToken() ? " Set IMAGEKIT_SIGN_TOKEN in your shell to the token." : ""}`;

// widths plans the srcset: no wider than the source, unless it may be enlarged.
function widths() {
  const { size } = lastResult(), info = state.getInfo();
  if (fixed) return { steps: [{ width: size.width, changes: {} }], free: [] };
  const side = state.get("rot") === "90" || state.get("rot") === "270" ? ["height", "h"] : ["width", "w"];
  const box = parseCrop(state.get("crop"), info);
  const there = info?.[side[0]] ? Math.round(info[side[0]] * (box ? box[side[1]] : 1)) : 0;
  const most = state.get("up") ? maxSide : there;
  const steps = plan({ w: state.get("w"), h: state.get("h"), size, most, maxSide });
  return { steps, free: state.get("h") ? [] : onLadder(steps, ladder, most || size.width) };
}

// addresses signs all widths in all of these formats at once, by one signature where nothing else differs.
async function addresses(list, signal) {
  const { steps, free } = widths();
  const made = (path, width) => ({ url: location.origin + path, width });
  if (free.length > 0) {
    const named = list[0] !== null, first = { w: String(free[0]), dpr: "", free: named ? "f,w" : "w", ...(named ? { f: list[0] } : {}) };
    const [path] = await api.sign([state.query({ ...source(), ...first })], signal);
    return list.map((f) => free.map((w) => made(changed(path, named ? { f, w } : { w }), w)));
  }
  const paths = await api.sign(list.flatMap((f) => steps.map((s) => state.query({ ...source(), ...s.changes, free: "", ...(f === null ? {} : { f }) }))), signal);
  return list.map((_, i) => steps.map((s, j) => made(paths[i * steps.length + j], s.width)));
}

// shown is how large the picture stands in the page: without the density that srcset now takes care of.
function shown() {
  const { size } = lastResult(), density = Number(state.get("dpr")) || 1;
  return { width: Math.round(size.width / density), height: Math.round(size.height / density) };
}

const nearest = (list) => (list.find((a) => a.width >= shown().width) ?? list.at(-1)).url;

async function makeImage(signal) {
  const [list] = await addresses([state.get("f") === "json" ? formats[0] : null], signal);
  return image(list, nearest(list), shown());
}

async function makePicture(signal) {
  if (fixed) return makeImage(signal);
  const modern = ["avif", "webp"].filter((f) => formats.includes(f));
  const clear = state.getInfo()?.alpha && state.get("bg") === "";
  const last = (clear ? ["png", "jpeg"] : ["jpeg", "png"]).find((f) => formats.includes(f)) ?? formats[0];
  const lists = await addresses([...modern, last], signal);
  return picture(modern.map((f, i) => ({ type: `image/${f}`, addresses: lists[i] })), lists.at(-1), nearest(lists.at(-1)), shown());
}

const program = (text) => fill(text, location.origin, state.pairs(source()));

// copy puts text on the clipboard and says so on the button and to screen readers.
async function copy(button, from, said = "Copied") {
  const text = from.value ?? from.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
  const label = button.dataset.label ??= button.textContent;
  button.textContent = said;
  button.classList.add("done");
  announce(said);
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => { button.textContent = label; button.classList.remove("done"); }, 1600);
}

// byHand copies where the clipboard is closed to pages, as on plain http.
function byHand(text) {
  const field = element("textarea", { value: text, className: "visually-hidden" });
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
}

export { copy };
