// Makes the result whenever the setting changes: soon after the last change, and never two at a time.
import { $, later } from "./dom.js";
import * as state from "./state.js";
import * as api from "./api.js";
import * as errors from "./errors.js";
import * as viewer from "./viewer.js";
import * as facts from "./facts.js";
import { showActual } from "./controls.js";

const soon = 40, // ms after a change
  atLatest = 240, // while changes go on
  calm = 250; // after a result, before anything that can wait

const largestBefore = 6e6; // pixels of a result that is compared without being asked: its picture before is large

const formats = document.body.dataset.formats.split(" ");
let working = new AbortController();
let last = null; // {answer, size}
let beforeKey = "";
const done = []; // called with the last result once things are calm

export const onCalm = (f) => done.push(f);
export const lastResult = () => last;

export function bind() {
  state.onChange(later(make, soon, atLatest));
  document.addEventListener("retry", make);
  document.addEventListener("source", () => { if (last) facts.show(last.answer, last.size); });
  $("compare-split").onchange = () => { if (last) showBefore(working.signal); };
  $("download").onclick = () => { $("download").download = fileName(); };
}

// lossless changes the parameters to those of the picture without loss: what the result's format takes away shows.
export function lossless() {
  if (formats.includes("png")) return { f: "png", q: "" };
  return { f: formats.includes("jpeg") ? "jpeg" : formats[0], q: "100" };
}

// fetchPicture makes the picture of the setting with changes.
export async function fetchPicture(changes, signal) {
  const file = state.getFile();
  if (file) return api.upload(file, state.pairs(changes), signal);
  const [path] = await api.sign([state.query(changes)], signal);
  return api.picture(path, signal);
}

async function make() {
  working.abort();
  working = new AbortController();
  const { signal } = working;
  if (!state.hasSource()) {
    last = null;
    errors.show(null);
    viewer.clear();
    settle(false);
    $("address").value = "";
    return;
  }
  busy(true);
  try {
    const [answer, address] = await makeResult(signal);
    const size = await viewer.showAfter(answer.blob);
    signal.throwIfAborted();
    last = { answer, size };
    $("address").value = address;
    settle(true);
    errors.show(null);
    facts.show(answer, size);
    showActual(size.width, size.height);
    busy(false);
    document.dispatchEvent(new CustomEvent("result", { detail: performance.now() }));
    setTimeout(() => { if (!signal.aborted) afterwards(signal); }, calm);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

async function makeResult(signal) {
  if (state.getFile()) return [await fetchPicture({}, signal), ""];
  const [path] = await api.sign([state.query()], signal);
  return [await api.picture(path, signal), location.origin + path];
}

// settle shows what belongs to a result, or hides it.
function settle(there) {
  $("facts").hidden = !there;
  if (!there) $("timing").hidden = true;
  $("frame").classList.remove("stale");
  $("download").hidden = !there;
  if (there) $("download").href = $("after").src;
}

export function fail(error) {
  busy(false);
  errors.show(error);
  $("frame").classList.add("stale");
}

function busy(yes) {
  $("busy").hidden = !yes;
  $("frame").setAttribute("aria-busy", String(yes));
}

async function afterwards(signal) {
  await showBefore(signal);
  if (signal.aborted) return;
  for (const f of done) f(last);
}

async function showBefore(signal) {
  const wanted = $("compare-split").checked && last.size.width * last.size.height <= largestBefore;
  const key = state.query({ ...lossless(), t: "" }) + (state.getFile()?.lastModified ?? "");
  try {
    if (!wanted) await viewer.showBefore(null);
    else if (key !== beforeKey || $("before").hidden) {
      if (key !== beforeKey) await viewer.showBefore(null);
      const { blob } = await fetchPicture({ ...lossless(), t: "" }, signal);
      if (signal.aborted) return;
      await viewer.showBefore(blob);
      beforeKey = key;
    }
  } catch {
    if (!signal.aborted) await viewer.showBefore(null); // the result stands without it
  }
}

function fileName() {
  const type = last.answer.blob.type.replace("image/", "").replace("jpeg", "jpg");
  const name = (state.getFile()?.name ?? state.get("url")).split(/[?#]/)[0].split(/[/:]/).pop().replace(/\.\w+$/, "");
  return `${name || "picture"}.${type}`;
}
