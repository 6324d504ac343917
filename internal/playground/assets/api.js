// Talks to the service: signing, pictures, uploads; the sign token; patience when the rate limit asks for it.
import { bytes } from "./dom.js";
import { askForToken } from "./token.js";

// Problem is an error answer of the service (RFC 9457).
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The service answered ${status}`);
    this.status = status;
    this.title = body.title ?? "";
    this.code = body.code ?? "";
    this.param = body.param ?? "";
  }
}

async function problem(response) {
  try {
    return new Problem(response.status, await response.json());
  } catch {
    return new Problem(response.status, {});
  }
}

const wait = (ms, signal) => new Promise((resolve, reject) => {
  signal?.throwIfAborted();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

// accepted is what this browser says in Accept when an <img> asks, as far as f=auto goes. A script's fetch says */*.
const smallest = {
  "image/avif": "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAABgAAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAAEAAAABAAAAEHBpeGkAAAAAAwgICAAAAAxhdjFDgSAAAAAAABNjb2xybmNseAABAA0ABoAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAACBtZGF0EgAKBzgABhAQ0GkyCx+RRD///8QAAK/u",
  "image/webp": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
};
const accepted = Promise.all(Object.entries(smallest).map(async ([type, data]) => {
  const image = new Image();
  image.src = `data:${type};base64,${data}`;
  return image.decode().then(() => [type], () => []);
})).then((list) => [...list.flat(), "*/*;q=0.8"].join(","));

export const accept = () => accepted;
export const hasToken = () => sessionStorage.getItem(tokenKey) !== null;

const maxUpload = Number(document.body.dataset.maxUpload);
const maxRetries = 8;
const tokenKey = "imagekit-sign-token";

// ask sends a request. It waits when it comes too fast, and asks for the token where one is wanted.
async function ask(path, options = {}) {
  for (let retries = 0; ; ) {
    const token = sessionStorage.getItem(tokenKey);
    const headers = { Accept: await accepted };
    if (token && !path.startsWith("/img?")) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(path, { ...options, headers });
    if (response.ok) return response;
    const refused = await problem(response);
    if (response.status === 429 && retries++ < maxRetries) {
      await wait(1000 * Number(response.headers.get("Retry-After") || 1), options.signal);
    } else if (refused.code === "not_allowed") {
      const given = await askForToken(token !== null);
      if (given === null) throw refused;
      sessionStorage.setItem(tokenKey, given);
      options.signal?.throwIfAborted();
    } else {
      throw refused;
    }
  }
}

const known = new Map(); // signed addresses by query
const maxKnown = 500;

// sign returns the signed addresses (paths) of queries, in one request for all that are new.
export async function sign(queries, signal) {
  const fresh = [...new Set(queries)].filter((q) => !known.has(q));
  if (fresh.length > 0) {
    const response = await ask("/sign", { method: "POST", body: fresh.join("\n"), signal });
    const list = await response.json();
    if (known.size > maxKnown) known.clear();
    fresh.forEach((q, i) => known.set(q, list[i].signed_url));
  }
  return queries.map((q) => known.get(q));
}

// picture fetches a signed address, or with a file sends it and the parameters. "no-cache" asks the service, so that
// its answer tells of its own cache and not of the browser's.
export async function picture(path, signal) {
  const start = performance.now();
  return received(await ask(path, { cache: "no-cache", signal }), start);
}

// refuseLarge throws what the server would answer to a file that is too large for it.
export function refuseLarge(file) {
  if (file.size > maxUpload) {
    throw new Problem(413, { title: "The file is too large", code: "source_too_large", detail: `${file.name || "This file"} has ${bytes(file.size)}. This server takes at most ${bytes(maxUpload)} (IMAGEKIT_MAX_INPUT_SIZE).` });
  }
}

// ofAddress lists what only the address of a picture has.
export const ofAddress = ["url", "t", "v", "dl", "free"];

export async function upload(file, pairs, signal) {
  refuseLarge(file);
  const form = new FormData();
  for (const [name, value] of pairs) if (!ofAddress.includes(name)) form.append(name, value);
  form.append("file", file, file.name || "picture");
  const start = performance.now();
  return received(await ask("/upload", { method: "POST", body: form, signal }), start);
}

async function received(response, start) {
  const blob = await response.blob();
  return {
    blob,
    facts: blob.type === "application/json" ? JSON.parse(await blob.text()) : null, // in place of a picture (f=json)
    took: performance.now() - start,
    cache: response.headers.get("X-Cache") ?? "",
    stages: stages(response.headers.get("Server-Timing") ?? ""),
  };
}

// stages reads a Server-Timing field into [name, ms].
function stages(text) {
  return text.split(",").map((item) => /^\s*([a-z]+);dur=([\d.]+)/.exec(item)).filter(Boolean).map(([, name, ms]) => [name, Number(ms)]);
}

// describe tells what the source at url is: {format, width, height, alpha, bytes}.
export async function describe(query, signal) {
  return (await ask(`/source?${query}`, { signal })).json();
}
