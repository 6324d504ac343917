// The peer: sharp. Without an argument it does jobs, one JSON object per line in and one out, at once and in any
// number at a time; with a port it serves pictures over HTTP, downloading the source for every request.
//
// A job: id, file, width, height (exact), format, options (sharp's own for that format), out (file to write), and
//   kind "encode"    ms = decoded, turned upright, resized and encoded, from memory to memory
//   kind "reference" the same picture by full decode and Lanczos, as PNG
//   kind "decode"    the file as it is, as PNG
// "raw" leaves an embedded profile out of account, "flat" composes on grey.
import fs from 'node:fs';
import http from 'node:http';
import readline from 'node:readline';
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1); // threads per picture

const files = new Map(); // sources, read once
const load = (file) => {
  if (!files.has(file)) files.set(file, fs.readFileSync(file));
  return files.get(file);
};

const encode = (input, job) =>
  sharp(input).rotate().resize(job.width, job.height, { fit: 'fill' }).toFormat(job.format, job.options).toBuffer();

const png = (image, job) => (job.flat ? image.flatten({ background: '#808080' }) : image).png({ compressionLevel: 1 }).toBuffer();

// reference decodes to raw pixels first: a resize after that cannot make the decoder shrink on load.
async function reference(input, job) {
  const { data, info } = await sharp(input, { ignoreIcc: job.raw }).rotate().raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return png(sharp(data, { raw }).resize(job.width, job.height, { fit: 'fill', kernel: 'lanczos3' }), job);
}

const kinds = {
  encode,
  reference,
  decode: (input, job) => png(sharp(input, { ignoreIcc: job.raw }), job),
};

async function answer(job) {
  const input = job.kind === 'decode' ? fs.readFileSync(job.file) : load(job.file);
  const start = performance.now();
  const result = await kinds[job.kind](input, job);
  const ms = performance.now() - start;
  if (job.out) fs.writeFileSync(job.out, result);
  return { id: job.id, ms, bytes: result.length };
}

async function work() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    answer(job)
      .catch((err) => ({ id: job.id, error: String(err) }))
      .then((reply) => process.stdout.write(JSON.stringify(reply) + '\n'));
  }
}

async function serve(request, response) {
  const query = new URL(request.url, 'http://localhost').searchParams;
  if (!query.has('job')) return response.end(); // is it up?
  const job = JSON.parse(query.get('job'));
  try {
    const source = await fetch(query.get('url'));
    if (!source.ok) throw new Error(`source: ${source.status}`);
    const result = await encode(Buffer.from(await source.arrayBuffer()), job);
    response.setHeader('Content-Type', `image/${job.format}`);
    response.setHeader('Content-Length', result.length);
    response.end(result);
  } catch (err) {
    response.statusCode = 500;
    response.end(String(err));
  }
}

const port = process.argv[2];
if (port) http.createServer(serve).listen(Number(port), '127.0.0.1');
else work();
