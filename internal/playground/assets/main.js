// Puts the page together.
import { $, announce } from "./dom.js";
import * as state from "./state.js";
import * as controls from "./controls.js";
import * as source from "./source.js";
import * as crop from "./crop.js";
import * as focus from "./focus.js";
import * as viewer from "./viewer.js";
import * as result from "./result.js";
import * as compare from "./compare.js";
import * as code from "./code.js";

bindTheme();
viewer.bind();
controls.bind();
crop.bind();
focus.bind();
source.bind(result.fail);
result.bind();
compare.bind();
code.bind();
$("reset-all").onclick = () => { state.reset(); announce("Everything is back at its default"); };
$("share").onclick = () => code.copy($("share"), { value: location.href }, state.getFile() ? "Copied, without the file" : "Copied");
window.addEventListener("hashchange", () => state.load());
begin();

// begin shows the setting of the address, else the first sample.
function begin() {
  const first = document.body.dataset.first;
  if (!state.load() && first) state.set({ url: first, w: "800" });
  source.thumbnails().catch(() => {}); // an error shows at the result
  document.documentElement.dataset.ready = "";
}

function bindTheme() {
  const button = $("theme"), root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.onclick = () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("imagekit-theme", root.dataset.theme); } catch { /* then for this visit */ }
    show();
  };
  system.addEventListener("change", show);
  show();
}
