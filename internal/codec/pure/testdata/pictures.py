"""Writes pictures of many kinds with Pillow and, beside each, what Pillow reads of it: FILE.raw holds R, G, B and alpha, of
CMYK its inks, of gray16 samples of 16 bits. Usage: pictures.py FOLDER"""
import os, struct, sys
from PIL import Image

folder = sys.argv[1]
W, H = 37, 23
rgba = Image.new("RGBA", (W, H))
for y in range(H):
    for x in range(W):
        rgba.putpixel((x, y), (x * 255 // (W - 1), y * 255 // (H - 1), (x * 7 + y * 13) % 256, 255 - (x + y) * 3))
rgb, gray = rgba.convert("RGB"), rgba.convert("L")
palette, bits = rgb.quantize(200), gray.convert("1")


def save(name, img, **options):
    path = os.path.join(folder, name)
    img.save(path, **options)
    with Image.open(path) as again:
        again.load()
        with open(path + ".raw", "wb") as f:
            f.write(again.tobytes() if again.mode == "CMYK" else again.convert("RGBA").tobytes())


save("gray1.bmp", bits)
save("gray8.bmp", gray)
save("palette8.bmp", palette)
save("rgb24.bmp", rgb)
save("rgba32.bmp", rgba)
save("bmp.ico", rgba, sizes=[(16, 16), (32, 19)], bitmap_format="bmp")
save("png.ico", rgba, sizes=[(16, 16), (32, 19)])
save("bits.pbm", bits)
save("gray.pgm", gray)
save("rgb.ppm", rgb)
for compression in [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
    name = (compression or "none").replace("tiff_", "")
    for kind, img in [("bits", bits), ("gray", gray), ("palette", palette), ("rgb", rgb), ("rgba", rgba), ("cmyk", rgb.convert("CMYK"))]:
        for rows in [None, 5]:
            info = {278: rows} if rows and compression else {}
            save(f"{kind}-{name}{'-strips' if info else ''}.tiff", img, compression=compression, tiffinfo=info)
save("fax4.tiff", bits, compression="group4")
save("fax3.tiff", bits, compression="group3")
save("predictor.tiff", rgb, compression="tiff_lzw", tiffinfo={317: 2})
save("predictor-deflate.tiff", rgba, compression="tiff_adobe_deflate", tiffinfo={317: 2})
deep = Image.frombytes("I;16", (W, H), b"".join(struct.pack("<H", (x * 1000 + y * 2000) % 65536) for y in range(H) for x in range(W)))
deep.save(os.path.join(folder, "gray16.tiff"))
with open(os.path.join(folder, "gray16.tiff.raw"), "wb") as f:
    f.write(deep.tobytes())
