// What differs between libavif before and since 1.0, and what is many small calls in C.
#ifndef IMAGEKIT_AVIF_SHIM_H
#define IMAGEKIT_AVIF_SHIM_H

#include <avif/avif.h>

typedef struct {
	int quality, alpha_quality;  // 0…100 as libavif ≥ 1.0 counts; 100 = lossless
	int speed;                   // 0…10
	int tune_iq;                 // libaom knows tune=iq: use it for the colour planes
	const uint8_t *icc;
	size_t icc_size;
} shim_settings;

// shim_encode writes the image, which is not changed, into out. out must be empty and freed with avifRWDataFree,
// also after an error.
avifResult shim_encode(avifImage *image, const shim_settings *s, avifRWData *out);

#endif
