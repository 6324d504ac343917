// Shows a problem beside the control it names, else above the result.
import { $ } from "./dom.js";
import { askAgain } from "./token.js";

const aboutSource = /^(origin_|source_|bad_source|not_an_image|unsupported_format|damaged_image|too_many_pixels|too_much_memory|bad_upload)/;

// show shows an error in place of the ones before; null shows none.
export function show(error) {
  for (const e of document.querySelectorAll(".control .error")) { e.hidden = true; e.textContent = ""; }
  for (const e of document.querySelectorAll("[aria-invalid]")) e.removeAttribute("aria-invalid");
  $("problem").hidden = true;
  if (!error) return;
  const name = error.param || (aboutSource.test(error.code) ? "url" : "");
  const control = name && document.querySelector(`.control[data-name="${CSS.escape(name)}"]`);
  if (control) {
    const place = control.querySelector(".error");
    place.textContent = sentence(error, name);
    place.hidden = false;
    control.closest("details")?.setAttribute("open", "");
    (document.getElementById(`p-${name}`) ?? control.querySelector("input"))?.setAttribute("aria-invalid", "true");
  }
  general(error, control);
}

// sentence leaves out the name that the detail begins with: the text stands beside it.
function sentence(error, name) {
  const text = error.message.replace(new RegExp(`^${name}: `), "");
  return text[0].toUpperCase() + text.slice(1);
}

function general(error, control) {
  const title = document.createElement("strong");
  title.textContent = error.title || "That did not work";
  const place = $("problem");
  place.replaceChildren(title);
  if (!control) place.append(document.createElement("br"), explain(error));
  else title.append(`: see ${(control.querySelector(".label > :first-child") ?? control.closest("section").querySelector("h2")).textContent}`);
  if (error.code === "not_allowed") {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Enter the sign token";
    again.onclick = () => { askAgain(); document.dispatchEvent(new Event("retry")); };
    place.append(document.createElement("br"), again);
  }
  place.hidden = false;
}

function explain(error) {
  return error instanceof TypeError ? "The service does not answer. Is it running?" : error.message;
}
