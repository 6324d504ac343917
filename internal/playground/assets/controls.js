// Binds the controls, which the service made from its parameter table, to the state.
import { get, set, onChange, defaultOf } from "./state.js";
import { announce } from "./dom.js";

// binders connect a control by its kind and return how to show a value.
const binders = {
  switch: bindSwitch, number: bindNumber, choice: bindChoice, point: bindPoint, time: bindTime,
  color: bindColors, colors: bindColors, length: bindLength, border: bindBorder,
};

const shows = new Map();

export function bind() {
  for (const control of document.querySelectorAll(".control[data-kind]")) {
    const name = control.dataset.name;
    const show = (binders[control.dataset.kind] ?? bindText)(control, name);
    const reset = control.querySelector(".reset");
    reset.onclick = () => {
      set({ [name]: "" });
      control.querySelector("input:checked, input, textarea")?.focus();
      announce(`${reset.getAttribute("aria-label")}: done`);
    };
    shows.set(name, () => { show(get(name)); reset.hidden = get(name) === ""; });
    bindHelp(control.querySelector(".help"));
    shows.get(name)();
  }
  onChange((names) => names.forEach((name) => shows.get(name)?.()));
  for (const group of document.querySelectorAll("details.group")) bindGroup(group);
}

// bindGroup counts what is set in a group, and opens it for what was set elsewhere.
function bindGroup(group) {
  const names = [...group.querySelectorAll(".control")].map((c) => c.dataset.name);
  const count = group.querySelector(".count");
  const show = (changed) => {
    const n = names.filter((name) => get(name) !== "").length;
    count.textContent = n ? `${n} set` : "";
    if (names.some((name) => changed.has(name) && get(name) !== "")) group.open = true;
  };
  onChange(show);
}

function bindHelp(button) {
  const about = document.getElementById(button.getAttribute("aria-controls"));
  button.onclick = () => {
    about.hidden = !about.hidden;
    button.setAttribute("aria-expanded", String(!about.hidden));
  };
}

function bindSwitch(control, name) {
  const box = control.querySelector("input");
  box.onchange = () => set({ [name]: box.checked ? box.value : "" });
  return (value) => { box.checked = value === box.value; };
}

function bindText(control, name, field = control.querySelector("input, textarea")) {
  field.oninput = () => set({ [name]: field.value.trim() });
  return (value) => { if (field.value.trim() !== value) field.value = value; };
}

// steps of a slider whose range is too wide to be even. Factors have 1 in the middle, of pixels most people want few.
const steps = 1000;
const curves = {
  even: null,
  factor: { at: (x, min, max) => min * (max / min) ** x, place: (v, min, max) => Math.log(v / min) / Math.log(max / min) },
  pixels: { at: (x, min, max) => min + (max - min) * x ** 3, place: (v, min, max) => Math.cbrt((v - min) / (max - min)) },
};

// actual holds what an empty field came to, by name.
const actual = new Map();

function bindNumber(control, name) {
  const [slider, field] = control.querySelectorAll("input");
  const min = Number(slider.min), max = Number(slider.max), step = Number(slider.step);
  const curve = curves[slider.dataset.scale];
  if (curve) Object.assign(slider, { min: 0, max: steps, step: 1 });
  const round = (v) => step === 1 ? Math.round(v) : Number(v.toPrecision(3));
  const value = () => curve ? round(curve.at(slider.value / steps, min, max)) : Number(slider.value);
  const place = (v) => curve ? Math.round(steps * curve.place(v, min, max)) : v;
  const unset = () => Number(defaultOf(name) || actual.get(name) || min);
  const put = (v) => { field.value = v; paint(); set({ [name]: String(v) }); };
  slider.oninput = () => put(value());
  field.oninput = () => set({ [name]: field.value });
  // A key moves by one step from what is in force, be it the default or what "auto" came to; Delete on the slider
  // unsets.
  const byKey = (event) => {
    const by = { ArrowUp: step, ArrowDown: -step, ArrowRight: step, ArrowLeft: -step }[event.key];
    const away = event.target === slider && (event.key === "Delete" || event.key === "Backspace");
    if (event.ctrlKey || event.metaKey || event.altKey || !by && !away) return;
    if (event.target === field && /Left|Right/.test(event.key)) return;
    event.preventDefault();
    if (away) set({ [name]: "" });
    else put(Number(Math.min(max, Math.max(min, (Number(field.value) || unset()) + by * (event.shiftKey ? 10 : 1))).toFixed(4)));
  };
  slider.onkeydown = field.onkeydown = byKey;
  function paint() {
    slider.style.setProperty("--at", (slider.value - slider.min) / (slider.max - slider.min));
    slider.setAttribute("aria-valuetext", field.value || field.placeholder);
  }
  return (text) => {
    if (field.value !== text && !(text === "" && field.value === defaultOf(name))) field.value = text;
    const v = Number(text || unset());
    if (document.activeElement !== slider || Number.isNaN(v) || value() !== v) slider.value = place(Math.min(max, Math.max(min, v)));
    if (!curve) slider.step = step;
    slider.classList.toggle("unset", text === "");
    paint();
  };
}

// bindLength binds a slider to the first number of a text: one length for all sides, or the word max.
function bindLength(control, name) {
  const [slider, field] = control.querySelectorAll("input");
  const paint = () => slider.style.setProperty("--at", slider.value / slider.max);
  slider.oninput = () => { paint(); set({ [name]: slider.value === "0" ? "" : slider.value }); };
  const show = bindText(field.parentElement, name, field);
  return (value) => {
    show(value);
    slider.value = value === "max" ? slider.max : parseInt(value, 10) || 0;
    slider.classList.toggle("unset", value === "");
    paint();
  };
}

// bindBorder binds a slider for the width and a picker for the colour to WIDTH,COLOUR.
function bindBorder(control, name) {
  const [slider, picker, field] = control.querySelectorAll("input");
  const paint = () => slider.style.setProperty("--at", slider.value / slider.max);
  slider.oninput = () => { paint(); set({ [name]: slider.value === "0" ? "" : `${slider.value},${picker.value.slice(1)}` }); };
  picker.oninput = () => set({ [name]: `${Number(slider.value) || 4},${picker.value.slice(1)}` });
  const show = bindText(control, name, field);
  return (value) => {
    show(value);
    const [width, color] = value.split(",");
    slider.value = parseInt(width, 10) || 0;
    if (color) picker.value = full(color) ?? picker.value;
    for (const input of [slider, picker]) input.classList.toggle("unset", value === "");
    paint();
  };
}

function bindChoice(control, name) {
  const radios = [...control.querySelectorAll("input")];
  for (const radio of radios) radio.onchange = () => set({ [name]: radio.value });
  return (value) => { for (const radio of radios) radio.checked = radio.value === value; };
}

function bindPoint(control, name) {
  const showChoice = bindChoice(control.querySelector(".grid9"), name);
  const field = control.querySelector("input[type=text]");
  field.oninput = () => set({ [name]: field.value.trim() });
  return (value) => { showChoice(value); if (field.value.trim() !== value) field.value = value; };
}

// full returns a colour as an <input type=color> has it, undefined when it is none.
function full(color = "") {
  const six = color.length === 3 ? color.replace(/./g, "$&$&") : color;
  return /^[0-9a-f]{6}$/.test(six) ? `#${six}` : undefined;
}

// bindColors binds pickers to a text of as many colours.
function bindColors(control, name) {
  const inputs = [...control.querySelectorAll("input")], field = inputs.pop();
  const normal = () => field.value.trim().replaceAll("#", "").toLowerCase();
  for (const picker of inputs) picker.oninput = () => set({ [name]: inputs.map((p) => p.value.slice(1)).join(",") });
  field.oninput = () => set({ [name]: normal() });
  return (value) => {
    if (normal() !== value) field.value = value;
    const colors = value.split(",");
    inputs.forEach((picker, i) => {
      picker.value = full(colors[i]) ?? picker.defaultValue;
      picker.classList.toggle("unset", value === "");
    });
  };
}

// bindTime shows unix seconds as the local time of the browser.
function bindTime(control, name) {
  const field = control.querySelector("input");
  field.onchange = () => set({ [name]: field.value ? String(new Date(field.value).getTime() / 1000) : "" });
  return (value) => {
    const seconds = Number(value);
    if (!value || Number.isNaN(seconds)) { field.value = ""; return; }
    const local = new Date((seconds - 60 * new Date(seconds * 1000).getTimezoneOffset()) * 1000);
    field.value = local.toISOString().slice(0, 16);
  };
}

// showActual writes into empty width and height fields what they came to.
export function showActual(width, height) {
  for (const [name, value] of [["w", width], ["h", height]]) {
    const field = document.getElementById(`p-${name}`);
    if (field) field.placeholder = value ? `auto: ${value}` : "auto";
    actual.set(name, value);
    shows.get(name)?.();
  }
}
