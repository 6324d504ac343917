// The shim between Go and libjpeg: planes in, planes out, errors as values.
// Every function catches libjpeg's errors (longjmp) itself; none calls back into Go.
#ifndef IMAGEKIT_JPEG_H
#define IMAGEKIT_JPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

// How a call ended.
enum {
	IKJPEG_OK,
	IKJPEG_TRUNCATED,   // pixels are missing
	IKJPEG_DAMAGED,     // the decoder cannot go on
	IKJPEG_UNSUPPORTED, // a JPEG of a kind that is not read here
	IKJPEG_NO_MEMORY,
};

// What the planes mean; the order is frame.Model's.
enum { IKJPEG_YCBCR, IKJPEG_RGB, IKJPEG_GRAY, IKJPEG_CMYK };

#define IKJPEG_QUOTE(token) #token
#define IKJPEG_TEXT(macro) IKJPEG_QUOTE(macro)
#define IKJPEG_VERSION IKJPEG_TEXT(LIBJPEG_TURBO_VERSION)

#define IKJPEG_MAX_PLANES 4
#define IKJPEG_MESSAGE 256

typedef struct {
	uint8_t *data;
	size_t stride;
	int width, height;               // samples that hold picture
	int padded_width, padded_height; // samples a decoder may write: whole MCUs
	double pitch_x, pitch_y;         // samples per pixel of the picture
} ikjpeg_plane;

typedef struct {
	int width, height; // pixels
	int model;
	int count; // planes
	ikjpeg_plane planes[IKJPEG_MAX_PLANES];
} ikjpeg_picture;

typedef struct ikjpeg_decoder ikjpeg_decoder;

// ikjpeg_open reads the header and fills everything of picture but data and stride. src must stay where it is
// until ikjpeg_close; plain leaves Huffman decoding to libjpeg. Returns NULL without memory; otherwise *status says
// whether the header was good, and the decoder must be closed in any case.
ikjpeg_decoder *ikjpeg_open(
	const uint8_t *src, size_t len, int shrink, bool plain, ikjpeg_picture *picture, int *status);

// ikjpeg_read decodes into the planes, down to pixel row bottom at least. To be called once.
int ikjpeg_read(ikjpeg_decoder *d, const ikjpeg_picture *picture, int bottom);

// ikjpeg_message returns libjpeg's words for the last failure, valid until ikjpeg_close.
const char *ikjpeg_message(const ikjpeg_decoder *d);

void ikjpeg_close(ikjpeg_decoder *d);

typedef struct {
	int sub_x, sub_y; // chroma subsampling, 1 or 2
	int quality;
	bool progressive, optimize;
	bool plain; // Huffman coding is left to libjpeg
} ikjpeg_settings;

typedef struct {
	uint8_t *bytes; // to be freed with free()
	size_t len;
	char message[IKJPEG_MESSAGE];
} ikjpeg_result;

// ikjpeg_encode writes a grey or YCbCr picture. On failure bytes is NULL.
int ikjpeg_encode(const ikjpeg_picture *picture, const ikjpeg_settings *settings, const uint8_t *icc, size_t icc_len,
	ikjpeg_result *result);

#endif
