// Rows of libspng to planes and back. One call does a whole picture.
#ifndef IMAGEKIT_PNG_SHIM_H
#define IMAGEKIT_PNG_SHIM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint8_t *data;
	size_t stride;  // bytes
} png_plane;

// png_decode fills n planes of the picture's size (colours first, alpha last) with rows y0…y1-1; an interlaced
// picture is always decoded whole. Samples are uint8_t, uint16_t for files of 16 bits. Returns a spng_errno.
int png_decode(const uint8_t *file, size_t size, const png_plane *planes, int n, uint32_t y0, uint32_t y1);

// png_encode writes n planes of 8 bits: 1 = grey, 2 = grey and alpha, 3 = RGB, 4 = RGB and alpha. filters is a set of
// spng_filter_choice, of which each row gets one. The result is malloc'ed. Returns a spng_errno.
int png_encode(const png_plane *planes, int n, uint32_t width, uint32_t height, int level, int filters,
               const uint8_t *icc, size_t icc_size, uint8_t **out, size_t *out_size);

#endif
