#include "shim.h"

#include <spng.h>
#include <stdlib.h>
#include <string.h>

// join interleaves one row of n planes; n is a constant where it is inlined.
static inline __attribute__((always_inline)) void join(const png_plane *planes, int n, uint32_t y, uint32_t width,
                                                       uint8_t *restrict row) {
	for (int c = 0; c < n; c++) {
		const uint8_t *restrict in = planes[c].data + y * planes[c].stride;
		for (uint32_t x = 0; x < width; x++) row[(size_t)x * n + c] = in[x];
	}
}

static void join_row(const png_plane *planes, int n, uint32_t y, uint32_t width, uint8_t *row) {
	switch (n) {
	case 1: join(planes, 1, y, width, row); break;
	case 2: join(planes, 2, y, width, row); break;
	case 3: join(planes, 3, y, width, row); break;
	default: join(planes, 4, y, width, row);
	}
}

static int rows(spng_ctx *ctx, const png_plane *planes, int n, uint32_t width, uint32_t height) {
	size_t size = (size_t)width * n;
	uint8_t *row = malloc(size);
	if (!row) return SPNG_EMEM;
	int err = 0;
	for (uint32_t y = 0; y < height && !err; y++) {
		join_row(planes, n, y, width, row);
		err = spng_encode_row(ctx, row, size);
	}
	free(row);
	return err == SPNG_EOI ? 0 : err;
}

static int set_icc(spng_ctx *ctx, const uint8_t *icc, size_t size) {
	if (!size) return 0;
	struct spng_iccp iccp = {.profile_name = "ICC profile", .profile_len = size, .profile = (char *)icc};
	return spng_set_iccp(ctx, &iccp);
}

int png_encode(const png_plane *planes, int n, uint32_t width, uint32_t height, int level,
               const uint8_t *icc, size_t icc_size, uint8_t **out, size_t *out_size) {
	static const uint8_t color_type[] = {0, SPNG_COLOR_TYPE_GRAYSCALE, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA,
	                                     SPNG_COLOR_TYPE_TRUECOLOR, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
	struct spng_ihdr ihdr = {.width = width, .height = height, .bit_depth = 8, .color_type = color_type[n]};
	spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);
	if (!ctx) return SPNG_EMEM;
	int err = spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
	if (!err) err = spng_set_option(ctx, SPNG_IMG_COMPRESSION_LEVEL, level);
	if (!err) err = spng_set_option(ctx, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_ALL);
	if (!err) err = spng_set_ihdr(ctx, &ihdr);
	if (!err) err = set_icc(ctx, icc, icc_size);
	if (!err) err = spng_encode_image(ctx, NULL, 0, SPNG_FMT_PNG, SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE);
	if (!err) err = rows(ctx, planes, n, width, height);
	if (!err) *out = spng_get_png_buffer(ctx, out_size, &err);
	spng_ctx_free(ctx);
	return err;
}
