//go:build cgo

#include "png.h"

#include <spng.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The slots of the table of colours: four times as many as colours, so that most are found where they are looked for.
enum { MAX_COLORS = 256, SLOTS = 4 * MAX_COLORS };

// palette is the set of colours of a picture, in the order they are met. A colour is R, G, B, A from the lowest byte.
typedef struct {
	int count;
	uint32_t color[MAX_COLORS];
	int16_t slot[SLOTS]; // number of a colour, -1 = free
} palette;

// layout is how the pixels are stored.
typedef struct {
	uint8_t color_type, depth;
	int filters;
	bool indexed;
	bool packed; // made of colours, not of planes
} layout;

// join interleaves one row of n planes; n is a constant where it is inlined.
static inline __attribute__((always_inline)) void join(
	const ikpng_plane *planes, int n, uint32_t y, uint32_t width, uint8_t *restrict row) {
	for (int c = 0; c < n; c++) {
		const uint8_t *restrict in = planes[c].data + y * planes[c].stride;
		for (uint32_t x = 0; x < width; x++)
			row[(size_t)x * n + c] = in[x];
	}
}

static void join_row(const ikpng_picture *p, uint32_t y, uint8_t *row) {
	switch (p->count) {
	case 1: join(p->planes, 1, y, p->width, row); break;
	case 2: join(p->planes, 2, y, p->width, row); break;
	case 3: join(p->planes, 3, y, p->width, row); break;
	default: join(p->planes, 4, y, p->width, row);
	}
}

// colors writes one row as colours.
static void colors(const ikpng_picture *picture, uint32_t y, uint32_t *restrict row) {
	int n = picture->count;
	const uint8_t *p[4] = {0};
	for (int c = 0; c < n; c++)
		p[c] = picture->planes[c].data + y * picture->planes[c].stride;
	for (uint32_t x = 0, width = picture->width; x < width; x++) {
		uint32_t r = p[0][x], g = n < 3 ? r : p[1][x], b = n < 3 ? r : p[2][x];
		uint32_t a = n == 1 || n == 3 ? 255 : p[n - 1][x];
		row[x] = r | g << 8 | b << 16 | a << 24;
	}
}

// find returns the slot where a colour is or would be.
static int find(const palette *p, uint32_t color) {
	uint32_t at = color * 2654435761u >> 22;
	while (p->slot[at] >= 0 && p->color[p->slot[at]] != color)
		at = (at + 1) % SLOTS;
	return at;
}

// collect adds the colours of a row. Returns false when there are too many.
static bool collect(palette *p, const uint32_t *row, uint32_t width) {
	for (uint32_t x = 0; x < width; x++) {
		if (x > 0 && row[x] == row[x - 1]) continue;
		int at = find(p, row[x]);
		if (p->slot[at] >= 0) continue;
		if (p->count == MAX_COLORS) return false;
		p->color[p->count] = row[x];
		p->slot[at] = p->count++;
	}
	return true;
}

// few fills the palette, unless the picture has more colours than that. A photo is found out within a few rows.
static bool few(palette *p, const ikpng_picture *picture, uint32_t *row) {
	p->count = 0;
	memset(p->slot, -1, sizeof p->slot);
	for (uint32_t y = 0; y < picture->height; y++) {
		colors(picture, y, row);
		if (!collect(p, row, picture->width)) return false;
	}
	return true;
}

// gray returns the least depth at which a grey picture with these colours can be stored, 0 if one is not grey.
static int gray(const palette *p) {
	int depth = 1;
	for (int i = 0; i < p->count; i++) {
		uint32_t v = p->color[i] & 255;
		if (p->color[i] != (v * 0x10101 | 255u << 24)) return 0;
		while (v % (255 / ((1 << depth) - 1)))
			depth *= 2;
	}
	return depth;
}

static int bits_for(int count) { return count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8; }

// choose takes the smallest layout that holds the picture: 1, 2 or 4 bits of grey, a palette, or the planes as they
// are. A profile describes colours, so that grey cannot be made of them.
static layout choose(const palette *p, const ikpng_picture *picture, const ikpng_settings *settings) {
	static const uint8_t plain[] = {0, SPNG_COLOR_TYPE_GRAYSCALE, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA,
		SPNG_COLOR_TYPE_TRUECOLOR, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
	int n = picture->count;
	layout l = {.color_type = plain[n], .depth = 8, .filters = settings->filters};
	if (!p) return l;
	// A palette that few pixels share costs more than it saves.
	bool worth = (size_t)picture->width * picture->height / 8 >= (size_t)p->count;
	int depth = n > 2 && settings->icc_size > 0 ? 0 : gray(p), bits = bits_for(p->count);
	if (depth > 0 && depth <= bits) {
		l.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
		l.depth = depth;
	} else if (worth) {
		l.color_type = SPNG_COLOR_TYPE_INDEXED;
		l.depth = bits;
		l.indexed = true;
	}
	l.packed = l.depth < 8 || l.color_type != plain[n];
	if (l.indexed || l.depth < 8) l.filters = SPNG_DISABLE_FILTERING; // PNG third edition §12.7
	return l;
}

// pack writes a row of colours as numbers in the palette, or as grey, of depth bits each.
static void pack(const palette *p, layout l, const uint32_t *colors, uint32_t width, uint8_t *row) {
	memset(row, 0, ((size_t)width * l.depth + 7) / 8);
	int value = 0;
	for (uint32_t x = 0; x < width; x++) {
		if (!l.indexed)
			value = (colors[x] & 255) >> (8 - l.depth);
		else if (x == 0 || colors[x] != colors[x - 1])
			value = p->slot[find(p, colors[x])];
		size_t bit = (size_t)x * l.depth;
		row[bit / 8] |= value << (8 - l.depth - bit % 8);
	}
}

static int set_palette(spng_ctx *ctx, const palette *p) {
	struct spng_plte plte = {.n_entries = p->count};
	struct spng_trns trns = {0};
	for (int i = 0; i < p->count; i++) {
		uint32_t c = p->color[i];
		plte.entries[i] = (struct spng_plte_entry){.red = c, .green = c >> 8, .blue = c >> 16};
		trns.type3_alpha[i] = c >> 24;
		if (c >> 24 != 255) trns.n_type3_entries = i + 1;
	}
	int err = spng_set_plte(ctx, &plte);
	if (!err && trns.n_type3_entries) err = spng_set_trns(ctx, &trns);
	return err;
}

static int set_icc(spng_ctx *ctx, const ikpng_settings *s) {
	if (!s->icc_size) return 0;
	struct spng_iccp iccp = {.profile_name = "ICC profile", .profile_len = s->icc_size, .profile = (char *)s->icc};
	return spng_set_iccp(ctx, &iccp);
}

// rows writes all pixels; scratch holds two rows of colours.
static int rows(spng_ctx *ctx, const palette *p, layout l, const ikpng_picture *picture, uint32_t *scratch) {
	uint32_t width = picture->width;
	uint8_t *row = (uint8_t *)(scratch + width);
	size_t size = l.packed ? ((size_t)width * l.depth + 7) / 8 : (size_t)width * picture->count;
	int err = 0;
	for (uint32_t y = 0; y < picture->height && !err; y++) {
		if (l.packed) {
			colors(picture, y, scratch);
			pack(p, l, scratch, width, row);
		} else {
			join_row(picture, y, row);
		}
		err = spng_encode_row(ctx, row, size);
	}
	return err == SPNG_EOI ? 0 : err;
}

int ikpng_encode(const ikpng_picture *picture, const ikpng_settings *settings, ikpng_result *result) {
	uint32_t width = picture->width, height = picture->height;
	spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);
	uint32_t *scratch = malloc(2 * sizeof *scratch * width);
	palette all, *p = NULL;
	int err = ctx && scratch ? 0 : SPNG_EMEM;
	if (!err && few(&all, picture, scratch)) p = &all;
	layout l = choose(p, picture, settings);
	struct spng_ihdr ihdr = {.width = width, .height = height, .bit_depth = l.depth, .color_type = l.color_type};
	if (!err) err = spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
	if (!err) err = spng_set_option(ctx, SPNG_IMG_COMPRESSION_LEVEL, settings->level);
	if (!err) err = spng_set_option(ctx, SPNG_FILTER_CHOICE, l.filters);
	if (!err) err = spng_set_ihdr(ctx, &ihdr);
	if (!err && l.indexed) err = set_palette(ctx, p);
	if (!err) err = set_icc(ctx, settings);
	if (!err) err = spng_encode_image(ctx, NULL, 0, SPNG_FMT_PNG, SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE);
	if (!err) err = rows(ctx, p, l, picture, scratch);
	if (!err) result->bytes = spng_get_png_buffer(ctx, &result->len, &err);
	free(scratch);
	spng_ctx_free(ctx);
	return err;
}
