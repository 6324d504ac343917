// What every module needs of the document.

export const $ = (id) => document.getElementById(id);

// element makes an element with properties and children.
export function element(tag, properties = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in e) e[name] = value;
    else e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

// announce tells screen readers what changed elsewhere on the page.
export function announce(text) {
  const status = $("status");
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}

// bytes writes a number of bytes for people.
export function bytes(n) {
  if (n < 1000) return `${n} B`;
  if (n < 999_500) return `${(n / 1000).toFixed(n < 99_950 ? 1 : 0)} kB`;
  return `${(n / 1e6).toFixed(n < 9.95e6 ? 2 : 1)} MB`;
}

export const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

// later returns a function that runs f once, delay ms after its last call, but no later than limit after the first.
export function later(f, delay, limit = Infinity) {
  let timer = 0, first = 0;
  return () => {
    const now = performance.now();
    if (!timer) first = now;
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; f(); }, Math.max(0, Math.min(delay, first + limit - now)));
  };
}

// ending is that of a file for a blob, without its dot.
export const ending = (blob) => blob.type.split("/").pop().replace("jpeg", "jpg");

// swap shows a blob in an image once it is decoded, so that nothing flickers, and lets go of the one before. It fails when
// signal has given it up meanwhile.
export async function swap(image, blob, signal) {
  const url = URL.createObjectURL(blob);
  const probe = new Image();
  probe.src = url;
  try {
    await probe.decode();
    signal?.throwIfAborted();
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
  const old = image.src;
  image.src = url;
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
  return { width: probe.naturalWidth, height: probe.naturalHeight };
}
