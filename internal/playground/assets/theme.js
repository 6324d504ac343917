"use strict";
// Runs before the first paint, so that a chosen theme does not flash in the other colours.
{
  let theme = null;
  try { theme = localStorage.getItem("imagekit-theme"); } catch { /* storage may be off */ }
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}
