//go:build cgo

#include "png.h"

#include <spng.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Adam7 (PNG third edition §8.2): where each pass starts and how far apart its columns are.
static const uint32_t adam7_x[7] = {0, 4, 0, 2, 0, 1, 0};
static const uint32_t adam7_dx[7] = {8, 8, 4, 4, 2, 2, 1};

typedef struct {
	struct spng_ihdr ihdr;
	int channels; // in the file
	int planes;   // in the frame
	bool key;     // the alpha plane comes from one transparent colour
	bool key_set; // false: tRNS was not usable, everything is opaque
	uint16_t key_value[3];
	bool lut; // samples are indices: palettes and depths below 8
	uint8_t table[4][256];
	uint8_t *indices; // one row of unpacked indices
} job;

// target is where one row goes: the first sample of each plane and the distance between its samples.
typedef struct {
	uint8_t *out[4];
	uint32_t dx;
} target;

// split takes apart width pixels of n interleaved channels. n and dx are constants where it is inlined, so that
// the compiler can vectorise.
#define DEFINE_SPLIT(T)                                                                              \
	static inline __attribute__((always_inline)) void split_##T(                                     \
		const T *restrict in, uint32_t width, int n, const target *t, uint32_t dx) {                 \
		for (int c = 0; c < n; c++) {                                                                \
			T *restrict out = (T *)t->out[c];                                                        \
			for (uint32_t x = 0; x < width; x++)                                                     \
				out[(size_t)x * dx] = in[(size_t)x * n + c];                                         \
		}                                                                                            \
	}                                                                                                \
	static void row_##T(const T *in, uint32_t width, int n, const target *t) {                       \
		if (t->dx != 1)                                                                              \
			split_##T(in, width, n, t, t->dx);                                                       \
		else if (n == 1)                                                                             \
			split_##T(in, width, 1, t, 1);                                                           \
		else if (n == 2)                                                                             \
			split_##T(in, width, 2, t, 1);                                                           \
		else if (n == 3)                                                                             \
			split_##T(in, width, 3, t, 1);                                                           \
		else                                                                                         \
			split_##T(in, width, 4, t, 1);                                                           \
	}                                                                                                \
	/* keyed writes the alpha plane of a picture with one transparent colour */                      \
	static void keyed_##T(const job *j, const T *in, uint32_t width, const target *t) {              \
		T *alpha = (T *)t->out[j->channels];                                                         \
		for (uint32_t x = 0; x < width; x++, in += j->channels) {                                    \
			bool hit = j->key_set && in[0] == j->key_value[0];                                       \
			if (j->channels == 3) hit = hit && in[1] == j->key_value[1] && in[2] == j->key_value[2]; \
			alpha[(size_t)x * t->dx] = hit ? 0 : (T) ~(T)0;                                          \
		}                                                                                            \
	}

DEFINE_SPLIT(uint8_t)
DEFINE_SPLIT(uint16_t)

// unpack spreads samples of 1, 2 or 4 bits, leftmost in the high bits, over bytes.
static void unpack(const uint8_t *in, uint8_t *out, uint32_t width, unsigned depth) {
	unsigned per_byte = 8 / depth, mask = (1u << depth) - 1;
	for (uint32_t x = 0; x < width; x++) {
		unsigned shift = (per_byte - 1 - x % per_byte) * depth;
		out[x] = in[x / per_byte] >> shift & mask;
	}
}

static void look_up(const job *j, const uint8_t *in, uint32_t width, const target *t) {
	if (j->ihdr.bit_depth < 8) {
		unpack(in, j->indices, width, j->ihdr.bit_depth);
		in = j->indices;
	}
	for (int c = 0; c < j->planes; c++) {
		const uint8_t *table = j->table[c];
		uint8_t *out = t->out[c];
		for (uint32_t x = 0; x < width; x++)
			out[(size_t)x * t->dx] = table[in[x]];
	}
}

static void store_row(const job *j, const void *row, uint32_t width, const target *t) {
	if (j->lut) {
		look_up(j, row, width, t);
	} else if (j->ihdr.bit_depth == 16) {
		row_uint16_t(row, width, j->channels, t);
		if (j->key) keyed_uint16_t(j, row, width, t);
	} else {
		row_uint8_t(row, width, j->channels, t);
		if (j->key) keyed_uint8_t(j, row, width, t);
	}
}

// fill_tables makes the lookup tables: palette entries, or grey samples scaled to 8 bits. Indices beyond the
// palette are black, as everybody shows them; entries beyond tRNS are opaque.
static int fill_tables(job *j, spng_ctx *ctx, const struct spng_trns *trns, bool has_trns) {
	uint8_t *alpha = j->table[j->planes - 1];
	bool transparent = has_trns && (j->planes == 2 || j->planes == 4);
	if (j->ihdr.color_type == SPNG_COLOR_TYPE_GRAYSCALE) {
		unsigned max = (1u << j->ihdr.bit_depth) - 1;
		if (j->planes == 2) memset(alpha, 255, 256);
		for (unsigned i = 0; i <= max; i++)
			j->table[0][i] = i * 255 / max;
		if (transparent && trns->gray <= max) alpha[trns->gray] = 0;
		return 0;
	}
	struct spng_plte plte;
	int err = spng_get_plte(ctx, &plte);
	if (err) return err;
	for (unsigned i = 0; i < plte.n_entries; i++) {
		j->table[0][i] = plte.entries[i].red;
		j->table[1][i] = plte.entries[i].green;
		j->table[2][i] = plte.entries[i].blue;
	}
	if (j->planes == 4) memset(alpha, 255, 256);
	if (transparent) memcpy(alpha, trns->type3_alpha, trns->n_type3_entries);
	return 0;
}

static int channels_of(uint8_t color_type) {
	switch (color_type) {
	case SPNG_COLOR_TYPE_TRUECOLOR: return 3;
	case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA: return 2;
	case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA: return 4;
	default: return 1;
	}
}

// prepare reads the header, the palette and the transparency.
static int prepare(job *j, spng_ctx *ctx) {
	int err = spng_get_ihdr(ctx, &j->ihdr);
	if (err) return err;
	j->channels = channels_of(j->ihdr.color_type);

	struct spng_trns trns;
	err = spng_get_trns(ctx, &trns);
	if (err && err != SPNG_ECHUNKAVAIL) return err;
	bool has_trns = !err;

	bool indexed = j->ihdr.color_type == SPNG_COLOR_TYPE_INDEXED;
	if (indexed || j->ihdr.bit_depth < 8) {
		if (j->planes < (indexed ? 3 : 1)) return SPNG_EINTERNAL;
		j->lut = true;
		j->indices = malloc(j->ihdr.width);
		return j->indices ? fill_tables(j, ctx, &trns, has_trns) : SPNG_EMEM;
	}
	if (j->planes < j->channels) return SPNG_EINTERNAL;
	j->key = j->planes > j->channels;
	unsigned mask = j->ihdr.bit_depth == 16 ? 0xffff : 0xff;
	bool one = j->ihdr.color_type == SPNG_COLOR_TYPE_GRAYSCALE;
	if (has_trns) {
		j->key_set = true;
		j->key_value[0] = (one ? trns.gray : trns.red) & mask;
		j->key_value[1] = trns.green & mask;
		j->key_value[2] = trns.blue & mask;
	}
	return 0;
}

// rows decodes row by row; libspng holds two rows, never the picture.
static int rows(job *j, spng_ctx *ctx, const ikpng_plane *planes, uint32_t y0, uint32_t y1) {
	size_t size = ((size_t)j->ihdr.width * j->channels * j->ihdr.bit_depth + 7) / 8;
	size_t bytes = j->ihdr.bit_depth == 16 ? 2 : 1;
	void *row = malloc(size);
	if (!row) return SPNG_EMEM;
	int err = 0;
	while (!err) {
		struct spng_row_info info;
		err = spng_get_row_info(ctx, &info);
		if (err || (!j->ihdr.interlace_method && info.row_num >= y1)) break;
		err = spng_decode_scanline(ctx, row, size);
		if (err && err != SPNG_EOI) break;
		if (!j->ihdr.interlace_method && info.row_num < y0) continue;
		uint32_t x = 0, dx = 1;
		if (j->ihdr.interlace_method) x = adam7_x[info.pass], dx = adam7_dx[info.pass];
		target t = {.dx = dx};
		for (int c = 0; c < j->planes; c++)
			t.out[c] = planes[c].data + info.row_num * planes[c].stride + x * bytes;
		store_row(j, row, (j->ihdr.width - x + dx - 1) / dx, &t);
	}
	free(row);
	return err == SPNG_EOI ? 0 : err;
}

int ikpng_decode(const uint8_t *file, size_t size, const ikpng_picture *picture, uint32_t y0, uint32_t y1) {
	job j = {.planes = picture->count};
	spng_ctx *ctx = spng_ctx_new(0);
	if (!ctx) return SPNG_EMEM;
	// The caller has verified the file's checksums; those of this copy are not written. libspng would do it slower,
	// and miss that of the last IDAT; the Adler-32 inside is covered by them.
	int err = spng_set_crc_action(ctx, SPNG_CRC_USE, SPNG_CRC_USE);
	if (!err) err = spng_set_png_buffer(ctx, file, size);
	if (!err) err = prepare(&j, ctx);
	if (!err) err = spng_decode_image(ctx, NULL, 0, SPNG_FMT_PNG, SPNG_DECODE_PROGRESSIVE);
	if (!err) err = rows(&j, ctx, picture->planes, y0, y1);
	free(j.indices);
	spng_ctx_free(ctx);
	return err;
}
