// The setting: the source and what differs from the defaults. It lives in the fragment of the page's address, which
// browsers do not send, so that neither logs nor Referer fields tell of it.

// defaults of the parameters by name, in the order of their controls.
const defaults = new Map([["url", ""]]);
for (const control of document.querySelectorAll(".control[data-kind]")) {
  defaults.set(control.dataset.name, control.dataset.default);
}

const values = new Map();
let file = null;
let info = null; // of the source, see setInfo
let number = 0; // of the source: another one has another
const listeners = [];

// onChange calls f(names) after a change: names is the set of what changed. "url" stands for the source, file or not.
export function onChange(f) { listeners.push(f); }

function tell(names) {
  if (names.size === 0) return;
  save();
  for (const f of listeners) f(names);
}

export const get = (name) => values.get(name) ?? "";
export const getFile = () => file;
export const hasSource = () => file !== null || get("url") !== "";
export const names = () => [...defaults.keys()];
export const defaultOf = (name) => defaults.get(name);

// set changes parameters: {name: value}, "" for the default.
export function set(changes) {
  const changed = new Set();
  for (const [name, given] of Object.entries(changes)) {
    const value = given === defaults.get(name) ? "" : given;
    if (!defaults.has(name) || value === get(name)) continue;
    if (value === "") values.delete(name);
    else values.set(name, value);
    changed.add(name);
    if (name === "url") forgetSource();
  }
  tell(changed);
}

// setFile takes a file as the source; it has no address.
export function setFile(f) {
  values.delete("url");
  forgetSource();
  file = f;
  tell(new Set(["url", ...clearPlace()]));
}

function forgetSource() { file = null; info = null; number++; }

export const sourceNumber = () => number;

// clearPlace drops what belongs to the picture before.
function clearPlace() {
  return ["crop", "g"].filter((name) => values.delete(name));
}

// setInfo notes what is known of the source: {width, height, bytes, format, alpha}.
export function setInfo(i) { info = i; }
export const getInfo = () => info;

// reset drops everything but the source.
export function reset() {
  const changed = new Set([...values.keys()].filter((name) => name !== "url"));
  for (const name of changed) values.delete(name);
  tell(changed);
}

// pairs returns the parameters as [name, value], in the order of the controls. changes are applied to the copy; "" drops.
export function pairs(changes = {}) {
  return names().map((name) => [name, changes[name] ?? get(name)]).filter(([, value]) => value !== "");
}

// encode writes pairs as a query; what needs no escape stays readable.
export function encode(list) {
  return list.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%(?:3A|2F|3F|40|2C|3D|24)/g, decodeURIComponent)}`).join("&");
}

export const query = (changes) => encode(pairs(changes));

function save() {
  const text = query();
  history.replaceState(null, "", text ? `#${text}` : location.pathname);
}

// load reads the setting from the page's address. It reports whether there was one.
export function load() {
  const list = [...new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"))].filter(([name]) => defaults.has(name));
  if (list.length === 0) return false;
  const wanted = Object.fromEntries(names().map((name) => [name, ""]));
  if (file !== null) delete wanted.url;
  set(Object.assign(wanted, Object.fromEntries(list)));
  return true;
}
