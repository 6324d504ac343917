// Where the picture comes from: an address, a file that is chosen, dropped or pasted, or a sample.
import { $, bytes, swap, announce, later } from "./dom.js";
import { get, set, setFile, getFile, setInfo, getInfo, onChange, encode, hasSource } from "./state.js";
import * as api from "./api.js";
import * as crop from "./crop.js";
import * as focus from "./focus.js";

const field = $("p-url");
const previewWidth = 784; // an unusual one: the result is asked for at the same time and shall not wait for this

let loading = new AbortController();
let onFailure = () => {};

// bind connects the inputs. failed is called with what goes wrong with a source.
export function bind(failed) {
  onFailure = failed;
  const typed = later(() => set({ url: field.value.trim() }), 600); // half an address is no picture
  field.oninput = (event) => event.inputType === "insertFromPaste" ? set({ url: field.value.trim() }) : typed();
  field.onchange = () => set({ url: field.value.trim() });
  $("form").onsubmit = (event) => { event.preventDefault(); set({ url: field.value.trim() }); };
  for (const b of document.querySelectorAll(".sample")) b.onclick = () => set({ url: b.dataset.source, crop: "", g: "" });
  $("choose").onclick = () => $("file").click();
  $("file").onchange = () => { take($("file").files[0]); $("file").value = ""; };
  bindDrop();
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((f) => f.type.startsWith("image/"));
    if (file) { event.preventDefault(); take(file); }
  });
  bindTools();
  onChange((names) => { if (names.has("url") || names.has("v")) load(); });
}

function take(file) {
  if (!file) return;
  setFile(file);
  announce(`Picture: ${file.name}`);
}

function bindDrop() {
  const zone = $("dropzone");
  let depth = 0;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => { if (carries(event)) { depth++; zone.hidden = false; } });
  document.addEventListener("dragleave", (event) => { if (carries(event) && --depth <= 0) { depth = 0; zone.hidden = true; } });
  document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    depth = 0;
    zone.hidden = true;
    if (!carries(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

// bindTools lets the chosen tool work on the picture. Enter or Space on a tool starts it without a pointer.
function bindTools() {
  const tools = { crop, focus };
  const radios = [...document.querySelectorAll("input[name=tool]")];
  const chosen = () => radios.find((r) => r.checked).value;
  const hints = () => { for (const r of radios) $(`${r.value}-keys`).hidden = !r.checked; };
  for (const r of radios) {
    r.onchange = hints;
    r.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      tools[chosen()].start();
    };
  }
  bindArea(() => tools[chosen()]);
}

// bindArea lets a mouse work on the picture at once. A finger may want to scroll: it taps, and drags only a box that was
// tapped before.
function bindArea(tool) {
  let tapping = false;
  $("area").addEventListener("pointerdown", (event) => {
    tapping = event.pointerType !== "mouse" && !(tool() === crop && crop.active(event.target));
    if (event.button !== 0 || tapping) return;
    event.preventDefault();
    tool().press(event, crop.place(event), crop.place);
  });
  $("area").addEventListener("click", (event) => {
    if (tapping) tool().tap(crop.place(event), event.target);
    tapping = false;
  });
}

// load shows the source that is set and finds out what it is.
async function load() {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const url = get("url"), file = getFile();
  if (document.activeElement !== field || field.value.trim() !== url) field.value = url;
  field.placeholder = file ? file.name || "pasted picture" : "https://example.com/photo.jpg";
  for (const b of document.querySelectorAll(".sample")) b.setAttribute("aria-pressed", String(b.dataset.source === url));
  $("preview-room").classList.toggle("vacant", !hasSource());
  if (!hasSource()) { reveal(false); return; }
  try {
    if (file) await showFile(file, signal);
    else await showAddress(url, signal);
    signal.throwIfAborted();
    reveal(true);
    crop.show();
    focus.show();
    facts();
    document.dispatchEvent(new Event("source"));
  } catch (error) {
    if (signal.aborted) return;
    reveal(false);
    onFailure(error);
  }
}

async function showFile(file, signal) {
  setInfo({ bytes: file.size, format: file.type.replace("image/", "") });
  const size = await swap($("original"), file, signal).catch(() => {
    api.refuseLarge(file); // what the result says, too: of two reasons the later one would stand
    throw new api.Problem(415, { title: "Not an image", code: "not_an_image", detail: `${file.name} is no picture this browser can show.` });
  });
  if (!signal.aborted) setInfo({ ...getInfo(), ...size, alpha: /png|webp|avif|gif/.test(file.type) });
}

async function showAddress(url, signal) {
  const own = [["url", url], ...(get("v") ? [["v", get("v")]] : [])];
  const [info, shown] = await Promise.all([
    api.describe(encode(own), signal),
    api.sign([encode([...own, ["w", String(previewWidth)]])], signal).then(([path]) => api.picture(path, signal)),
  ]);
  signal.throwIfAborted();
  setInfo(info);
  await swap($("original"), shown.blob, signal);
}

function reveal(there) {
  $("preview").hidden = $("tools").hidden = !there;
  const tool = document.querySelector("input[name=tool]:checked").value;
  for (const name of ["crop", "focus"]) $(`${name}-keys`).hidden = !there || name !== tool;
}

function facts() {
  const info = getInfo();
  $("original-facts").textContent = [info.format?.toUpperCase(), info.width && `${info.width} × ${info.height}`, bytes(info.bytes)].filter(Boolean).join(" · ");
}

// thumbnails fills the sample buttons.
export async function thumbnails() {
  const buttons = [...document.querySelectorAll(".sample")];
  const paths = await api.sign(buttons.map((b) => encode([["url", b.dataset.source], ["w", "208"], ["h", "140"], ["fit", "cover"]])));
  await Promise.all(buttons.map(async (b, i) => swap(b.querySelector("img"), (await api.picture(paths[i])).blob)));
}
