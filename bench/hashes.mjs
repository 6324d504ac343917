// Prints what the reference implementations of BlurHash and ThumbHash make of a few pictures: the test data of package
// look. In bench/, after npm ci: node hashes.mjs >../internal/look/testdata/hashes.json
import { encode } from "blurhash";
import { rgbaToThumbHash } from "thumbhash";

// picture returns RGBA of what paint gives for fractions of the sides and a place.
function picture(width, height, paint) {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgba.set(paint(x / width, y / height, x, y), 4 * (y * width + x));
  }
  return { width, height, rgba };
}

const wave = (v) => 127 + 127 * Math.sin(v);
const pictures = {
  grey: picture(8, 8, () => [128, 128, 128, 255]),
  white: picture(5, 7, () => [255, 255, 255, 255]),
  pixel: picture(1, 1, () => [200, 30, 90, 255]),
  line: picture(31, 1, (x) => [255 * x, 90, 255 - 255 * x, 255]),
  column: picture(1, 29, (x, y) => [255 * y, 200, 20, 255]),
  waves: picture(40, 24, (x, y) => [wave(9 * x), wave(7 * y), wave(5 * (x + y)), 255]),
  upright: picture(18, 33, (x, y) => [wave(6 * x * y), 255 * x, 255 * y * x, 255]),
  checks: picture(24, 24, (x, y, i, j) => ((i ^ j) & 4 ? [250, 240, 10, 255] : [5, 0, 70, 255])),
  fading: picture(32, 20, (x, y) => [255 * x, 40, 255 * y, 255 * (1 - x)]),
  disc: picture(20, 20, (x, y) => [240, 120, 10, (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.16 ? 255 : 0]),
  nothing: picture(6, 6, () => [9, 9, 9, 0]),
};

const list = Object.entries(pictures).map(([name, { width, height, rgba }]) => ({
  name, width, height, rgba: Buffer.from(rgba).toString("base64"),
  // It knows no transparency: it is asked for opaque pictures alone.
  blurhash: name === "fading" || name === "disc" || name === "nothing" ? undefined
    : Object.fromEntries([[4, 3], [3, 4], [1, 1], [9, 9]].map(([x, y]) => [`${x}x${y}`, encode(rgba, width, height, x, y)])),
  thumbhash: Buffer.from(rgbaToThumbHash(width, height, rgba)).toString("base64"),
}));
console.log(JSON.stringify(list, null, 1));
