// Asks for IMAGEKIT_SIGN_TOKEN where the service wants it. One dialog serves all requests that wait.
import { $ } from "./dom.js";

let asking = null;
let declined = false;

// askForToken returns the token that was entered, null when nobody wants to give one. wrong: the one before was refused.
export function askForToken(wrong) {
  if (declined && !wrong) return Promise.resolve(null);
  asking ??= new Promise((resolve) => {
    const dialog = $("token-dialog"), field = $("token"), error = $("token-error");
    error.hidden = !wrong;
    error.textContent = wrong ? "The server does not accept this token." : "";
    dialog.returnValue = "";
    field.value = "";
    dialog.showModal();
    $("token-cancel").onclick = () => dialog.close("");
    dialog.onclose = () => {
      asking = null;
      declined = dialog.returnValue !== "use";
      resolve(declined ? null : field.value.trim());
      field.value = "";
    };
  });
  return asking;
}

// askAgain lets the dialog come up once more after it was declined.
export function askAgain() { declined = false; }
