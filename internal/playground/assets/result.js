// Makes the result whenever the setting changes: soon after the last change. The newest never waits for older ones. One
// older one goes on beside it and is shown if it comes first: on a slow network too one sees what a slider does.
import { $, ending, later } from "./dom.js";
import * as state from "./state.js";
import * as api from "./api.js";
import * as errors from "./errors.js";
import * as viewer from "./viewer.js";
import * as facts from "./facts.js";
import { showActual } from "./controls.js";

const soon = 40, // ms after a change
  atLatest = 240, // while changes go on
  calm = 250; // after a result, before anything that can wait

const largestBefore = 6e6; // pixels of a result that is compared: its picture before is large

const formats = document.body.dataset.formats.split(" ");
const effects = [...document.querySelectorAll('[data-group="Effects"] .control')].map((c) => c.dataset.name);
const running = []; // results on their way, the oldest first: {number, source, before, abort}
let newest = 0, shown = 0; // numbers of results
let quiet = new AbortController(); // what waits for calm, until the next change
let last = null; // {answer, size}
let beforeKey = "";
const done = []; // called with the last result once things are calm

export const onCalm = (f) => done.push(f);
export const lastResult = () => last;

export function bind() {
  state.onChange(later(make, soon, atLatest));
  document.addEventListener("retry", make);
  document.addEventListener("source", () => {
    if (!last) return;
    facts.show(last.answer, last.size, uncompared());
    if (shown === newest) for (const f of done) f(last); // some of it depends on the source
  });
  $("compare-split").onchange = () => { if (last) showBefore(quiet.signal); };
  $("download").onclick = () => { $("download").download = fileName(); };
}

// lossless changes the parameters to those of the source as it was, cut and scaled like the result: what effects and the
// format do to it shows.
function lossless() {
  const plain = Object.fromEntries([...effects, "t"].map((name) => [name, ""]));
  if (formats.includes("png")) return { ...plain, f: "png", q: "" };
  return { ...plain, f: formats.includes("jpeg") ? "jpeg" : formats[0], q: "100" };
}

const keyOfBefore = () => `${state.sourceNumber()} ${state.query(lossless())}`;

// fetchPicture makes the picture of the setting with changes.
export async function fetchPicture(changes, signal) {
  const file = state.getFile();
  if (file) return api.upload(file, state.pairs(changes), signal);
  const [path] = await api.sign([state.query(changes)], signal);
  return api.picture(path, signal);
}

async function make() {
  quiet.abort();
  quiet = new AbortController();
  const job = { number: ++newest, source: state.sourceNumber(), before: keyOfBefore(), abort: new AbortController() };
  giveUp((other, i) => i > 0 || other.source !== job.source || !state.hasSource());
  if (!state.hasSource()) {
    errors.show(null);
    viewer.clear();
    hideBefore();
    busy(false);
    settle(null);
    return;
  }
  running.push(job);
  busy(true);
  try {
    const [answer, address] = await makeResult(job.abort.signal);
    const picture = answer.facts ? placeholder(answer.facts) : answer.blob;
    show(job, answer, address, await viewer.showAfter(picture, job.abort.signal, answer.facts?.result));
  } catch (error) {
    if (job.abort.signal.aborted) return;
    giveUp((other) => other === job || job.number === newest);
    if (job.number === newest) fail(error);
  }
}

// placeholder is the tiny picture in facts, shown in place of the one that was not made.
function placeholder({ lqip }) {
  const [head, text] = lqip.split(",");
  return new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: head.slice("data:".length, head.indexOf(";")) });
}

// giveUp ends the running jobs that which(job, i) names.
function giveUp(which) {
  for (const job of running.filter(which)) {
    job.abort.abort();
    running.splice(running.indexOf(job), 1);
  }
}

// show shows a result, be it the newest or one on the way there.
function show(job, answer, address, size) {
  if (job.before !== beforeKey) hideBefore();
  shown = job.number;
  running.splice(running.indexOf(job), 1);
  giveUp((other) => other.number < job.number);
  last = { answer, size };
  settle(address);
  errors.show(null);
  facts.show(answer, size, uncompared());
  showActual(size.width, size.height);
  busy(job.number !== newest);
  document.dispatchEvent(new CustomEvent("result", { detail: performance.now() }));
  if (job.number !== newest) return;
  const { signal } = quiet;
  setTimeout(() => { if (!signal.aborted) afterwards(signal); }, calm);
}

async function makeResult(signal) {
  if (state.getFile()) return [await fetchPicture({}, signal), ""];
  const [path] = await api.sign([state.query()], signal);
  return [await api.picture(path, signal), location.origin + path];
}

// settle shows what belongs to a result, whose address is "" for a file. null: there is no result, and nothing of one
// before can be taken along.
function settle(address) {
  const there = address !== null;
  if (!there) last = null;
  $("facts").hidden = !there;
  if (!there) $("timing").hidden = $("caps").hidden = true;
  $("frame").classList.remove("stale");
  $("download").hidden = !there;
  const told = last?.answer.facts ? JSON.stringify(last.answer.facts, null, 2) : "";
  $("told").textContent = told;
  $("told").hidden = !told;
  if (there) $("download").href = told ? `data:application/json,${encodeURIComponent(told)}` : $("after").src;
  else $("download").removeAttribute("href");
  $("address").value = address ?? "";
  $("address").placeholder = state.getFile() ? "A file has no address" : "The signed address appears here";
  $("copy-address").disabled = !address;
  document.dispatchEvent(new Event("settled"));
}

export function fail(error) {
  quiet.abort();
  busy(false);
  settle(null);
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

function hideBefore() {
  beforeKey = "";
  viewer.showBefore(null);
}

// uncompared returns the pixels up to which there is a picture before, where that is why there is none; else 0.
function uncompared() {
  return $("compare-split").checked && last.size.width * last.size.height > largestBefore ? largestBefore : 0;
}

async function showBefore(signal) {
  const key = keyOfBefore();
  facts.showCaps(last.size, uncompared());
  if (!$("compare-split").checked || uncompared()) { hideBefore(); return; }
  if (key === beforeKey) return;
  try {
    const { blob } = await fetchPicture(lossless(), signal);
    await viewer.showBefore(blob, signal);
    beforeKey = key;
  } catch {
    if (!signal.aborted) hideBefore(); // the result stands without it
  }
}

function fileName() {
  const name = (state.getFile()?.name ?? state.get("url")).split(/[?#]/)[0].split(/[/:]/).pop().replace(/\.\w+$/, "");
  return `${name || "picture"}.${ending(last.answer.blob)}`;
}
