// fill puts a request into a snippet: base for {{base}}, and the line that holds {{name}} and {{value}} once for each
// parameter. params is an iterable of [name, value] with decoded values, such as a Map or a URLSearchParams.
export function fill(snippet, base, params) {
  const list = [...params];
  return snippet
    .replaceAll("{{base}}", () => base)
    .replace(/^.*\{\{name\}\}.*\n/m, (line) =>
      list.map(([name, value]) => line.replace("{{name}}", () => name).replace("{{value}}", () => literal(value))).join(""));
}

// literal writes a string the one way that Go, JavaScript, Python, PHP and Ruby all read alike: in double quotes, with
// quote, backslash, control characters and what begins an interpolation ($ in PHP, # in Ruby) as \xNN, all else as it is.
function literal(text) {
  return '"' + text.replace(/["\\$#\x00-\x1f\x7f]/g, (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0")) + '"';
}
