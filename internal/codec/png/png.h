// Rows of libspng to planes and back. One call does a whole picture.
#ifndef IMAGEKIT_PNG_H
#define IMAGEKIT_PNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint8_t *data;
	size_t stride; // bytes
} ikpng_plane;

typedef struct {
	uint32_t width, height;
	int count;             // of planes: colours first, alpha last
	ikpng_plane planes[4]; // all of the picture's size
} ikpng_picture;

// ikpng_decode fills the planes of the picture, whose size is the file's, with rows y0…y1-1; an interlaced picture is
// always decoded whole. Samples are uint8_t, uint16_t for files of 16 bits. Returns a spng_errno.
int ikpng_decode(const uint8_t *file, size_t size, const ikpng_picture *picture, uint32_t y0, uint32_t y1);

typedef struct {
	int level;   // of zlib, 0…9
	int filters; // a set of spng_filter_choice, of which each row gets one
	const uint8_t *icc;
	size_t icc_size; // 0 = no profile
} ikpng_settings;

typedef struct {
	uint8_t *bytes; // to be freed with free()
	size_t len;
} ikpng_result;

// ikpng_encode writes a picture of 8 bits: 1 plane = grey, 2 = grey and alpha, 3 = RGB, 4 = RGB and alpha. Returns a
// spng_errno.
int ikpng_encode(const ikpng_picture *picture, const ikpng_settings *settings, ikpng_result *result);

#endif
