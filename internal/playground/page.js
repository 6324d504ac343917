"use strict";
const form = document.getElementById("form");
const problem = document.getElementById("problem");
const signedURL = document.getElementById("signed");
const facts = document.getElementById("facts");
const picture = document.getElementById("picture");

// check throws an error answer's detail.
async function check(response) {
  if (response.ok) return response;
  const body = await response.json();
  throw new Error(body.title + ": " + body.detail);
}

async function show() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
  problem.hidden = true;
  try {
    const signed = await (await check(await fetch("/sign?" + query))).json();
    signedURL.value = location.origin + signed.signed_url;
    const response = await check(await fetch(signed.signed_url));
    const blob = await response.blob();
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    await picture.decode();
    picture.hidden = false;
    facts.textContent = [blob.type, picture.naturalWidth + " × " + picture.naturalHeight, blob.size.toLocaleString() + " bytes",
      response.headers.get("X-Cache"), response.headers.get("Server-Timing")].join(" · ");
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
if (document.getElementById("url").value) show();
