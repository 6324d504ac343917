// The result in its frame: before and after side by side in one picture, zoom, scrolling.
import { $, swap } from "./dom.js";

const frame = $("frame"), scroll = $("scroll"), canvas = $("canvas"), split = $("split");
const thumb = 44; // width of the slider's thumb in CSS pixels, as in stage.css

let size = null; // of the result in its own pixels

export function bind() {
  for (const radio of document.querySelectorAll("input[name=zoom]")) radio.onchange = layout;
  split.oninput = drawSplit;
  scroll.addEventListener("scroll", drawSplit, { passive: true });
  new ResizeObserver(layout).observe(frame);
  canvas.ondblclick = () => {
    const fit = zoom() === "fit";
    document.querySelector(`input[name=zoom][value="${fit ? 1 : "fit"}"]`).checked = true;
    layout();
  };
  bindPanning();
  bindMini();
}

const zoom = () => document.querySelector("input[name=zoom]:checked").value;

// showAfter shows a result, unless signal gives it up. It returns its size in pixels: that of the blob's picture, unless the
// blob is a tiny form of another.
export async function showAfter(blob, signal, whole) {
  const shown = await swap($("after"), blob, signal);
  size = whole ?? shown;
  $("mini").firstChild.src = $("after").src;
  $("empty").hidden = true;
  canvas.hidden = false;
  layout();
  return size;
}

// showBefore shows what the result is compared with; null takes it away.
export async function showBefore(blob, signal) {
  const before = $("before");
  if (blob) await swap(before, blob, signal);
  before.hidden = $("tag-before").hidden = $("tag-after").hidden = split.hidden = $("divider").hidden = !blob;
  drawSplit();
}

export function clear() {
  size = null;
  canvas.hidden = $("mini").hidden = true;
  $("empty").hidden = false;
  showBefore(null);
}

// layout sizes the picture. 100 % is one pixel of the picture on one of the screen.
function layout() {
  if (!size) return;
  const pixels = window.devicePixelRatio || 1;
  const room = { width: frame.clientWidth, height: frame.clientHeight };
  const scale = zoom() === "fit"
    ? Math.min(room.width / size.width, room.height / size.height, 1)
    : Number(zoom()) / pixels;
  canvas.style.setProperty("width", `${Math.max(1, size.width * scale)}px`);
  canvas.style.setProperty("height", `${Math.max(1, size.height * scale)}px`);
  canvas.classList.toggle("pixelated", zoom() === "2");
  drawSplit();
}

// drawSplit cuts the picture before at the slider's place, wherever the frame is scrolled to.
function drawSplit() {
  if (split.hidden) return;
  const width = frame.clientWidth;
  const x = thumb / 2 + (width - thumb) * (split.value / split.max);
  $("divider").style.setProperty("left", `${x}px`);
  const shown = canvas.getBoundingClientRect(), left = frame.getBoundingClientRect().left + frame.clientLeft;
  const cut = Math.min(shown.width, Math.max(0, left + x - shown.left));
  $("before").style.setProperty("clip-path", `inset(0 ${shown.width - cut}px 0 0)`);
  split.setAttribute("aria-valuetext", `${Math.round(100 * split.value / split.max)} % before`);
}

// bindPanning lets a mouse drag the picture as a finger does.
function bindPanning() {
  scroll.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const from = { x: event.clientX + scroll.scrollLeft, y: event.clientY + scroll.scrollTop };
    scroll.setPointerCapture(event.pointerId);
    const move = (e) => scroll.scrollTo(from.x - e.clientX, from.y - e.clientY);
    scroll.addEventListener("pointermove", move);
    scroll.addEventListener("lostpointercapture", () => scroll.removeEventListener("pointermove", move), { once: true });
  });
}

// bindMini shows the result small while its frame is out of sight, where the page is one column.
function bindMini() {
  const mini = $("mini");
  new IntersectionObserver(([entry]) => { mini.hidden = !size || entry.isIntersecting || entry.boundingClientRect.top > 0; }).observe(frame);
  mini.onclick = () => { frame.scrollIntoView({ block: "center" }); $("result").focus({ preventScroll: true }); };
}
