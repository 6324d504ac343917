// Binds the controls, which the service made from its parameter table, to the state.
import { get, set, onChange, defaultOf } from "./state.js";
import { announce } from "./dom.js";

// binders connect a control by its kind and return how to show a value.
const binders = { switch: bindSwitch, number: bindNumber, choice: bindChoice, point: bindPoint, color: bindColor, time: bindTime };

const shows = new Map();

export function bind() {
  for (const control of document.querySelectorAll(".control[data-kind]")) {
    const name = control.dataset.name;
    const show = (binders[control.dataset.kind] ?? bindText)(control, name);
    const reset = control.querySelector(".reset");
    reset.onclick = () => {
      set({ [name]: "" });
      control.querySelector("input:checked, input")?.focus();
      announce(`${reset.getAttribute("aria-label")}: done`);
    };
    shows.set(name, () => { show(get(name)); reset.hidden = get(name) === ""; });
    bindHelp(control.querySelector(".help"));
    shows.get(name)();
  }
  onChange((names) => names.forEach((name) => shows.get(name)?.()));
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

function bindText(control, name) {
  const field = control.querySelector("input");
  field.oninput = () => set({ [name]: field.value.trim() });
  return (value) => { if (field.value.trim() !== value) field.value = value; };
}

// steps of a slider whose range is too wide to be even: most people want the small end.
const steps = 1000;

function bindNumber(control, name) {
  const [slider, field] = control.querySelectorAll("input");
  const min = Number(slider.min), max = Number(slider.max), step = Number(slider.step);
  const curved = max - min > steps;
  if (curved) Object.assign(slider, { min: 0, max: steps, step: 1 });
  const value = () => curved ? Math.round(min + (max - min) * (slider.value / steps) ** 3) : Number(slider.value);
  const place = (v) => curved ? Math.round(steps * Math.cbrt((v - min) / (max - min))) : v;
  slider.oninput = () => {
    field.value = value();
    paint();
    set({ [name]: String(value()) });
  };
  field.oninput = () => set({ [name]: field.value });
  function paint() {
    slider.style.setProperty("--at", (slider.value - slider.min) / (slider.max - slider.min));
    slider.setAttribute("aria-valuetext", field.value || field.placeholder);
  }
  return (text) => {
    const shown = text || defaultOf(name);
    if (field.value !== text && !(text === "" && field.value === shown)) field.value = text;
    const v = Number(shown || min);
    if (document.activeElement !== slider || Number.isNaN(v) || value() !== v) slider.value = place(Math.min(max, Math.max(min, v)));
    slider.step = curved ? 1 : step;
    slider.classList.toggle("unset", text === "");
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

function bindColor(control, name) {
  const [picker, field] = control.querySelectorAll("input");
  picker.oninput = () => set({ [name]: picker.value.slice(1) });
  field.oninput = () => set({ [name]: field.value.trim().replace(/^#/, "").toLowerCase() });
  return (value) => {
    if (field.value.trim().replace(/^#/, "").toLowerCase() !== value) field.value = value;
    const full = value.length === 3 ? value.replace(/./g, "$&$&") : value;
    picker.value = /^[0-9a-f]{6}$/.test(full) ? `#${full}` : "#ffffff";
    picker.classList.toggle("unset", value === "");
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
  }
}
