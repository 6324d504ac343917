#ifndef IMAGEKIT_COLOR_LCMS_H
#define IMAGEKIT_COLOR_LCMS_H

#include <stddef.h>
#include <stdint.h>

enum { IKCOLOR_OK, IKCOLOR_BAD_PROFILE, IKCOLOR_NO_MEMORY };

typedef struct {
	uint16_t *plane[5]; // colour planes, then alpha or NULL at [colors]
	ptrdiff_t stride[5];
	int colors;
} ikcolor_planes;

// ikcolor_srgb is what leads from X, Y, Z relative to D50 to sRGB's codes.
typedef struct {
	float matrix[9];     // to light
	const float *encode; // light to code 0…65535: see table.h
} ikcolor_srgb;

// ikcolor_to_srgb transforms 16-bit planes through an ICC profile to sRGB: CMYK (4) and RGB (3) to RGB (3), grey (1) to
// grey (1) with sRGB's curve. Premultiplied input (in->plane[colors] != NULL) is divided by alpha before the
// transform and multiplied again after it; the alpha plane itself is left to the caller.
int ikcolor_to_srgb(const void *profile, size_t len, const ikcolor_planes *in, const ikcolor_planes *out, int width,
	int height, const ikcolor_srgb *srgb);

int ikcolor_lcms_version(void);

#endif
