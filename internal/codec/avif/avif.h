// What differs between libavif before and since 1.0, and what is many small calls in C.
#ifndef IMAGEKIT_AVIF_H
#define IMAGEKIT_AVIF_H

#include <avif/avif.h>

// ikavif_tuning says how libaom spends the bits of the colour planes.
typedef enum {
	IKAVIF_TUNING_NONE, // as libavif asks for
	IKAVIF_TUNING_QM,   // steep quantizer matrices, except near lossless
	IKAVIF_TUNING_IQ,   // tune=iq, and the same matrices: libaom 3.12 and later
} ikavif_tuning;

typedef struct {
	int quality, alpha_quality; // 0…100 as libavif ≥ 1.0 counts; 100 = lossless
	int speed;                  // 0…10
	int threads;                // ≥ 1
	int tile_columns;           // binary logarithm of how many
	ikavif_tuning tuning;
	const uint8_t *icc;
	size_t icc_size;
} ikavif_settings;

// ikavif_encode writes the image, which is not changed, into out. out must be empty and freed with avifRWDataFree,
// also after an error. AVIF_RESULT_INVALID_CODEC_SPECIFIC_OPTION: libaom does not know the tuning.
avifResult ikavif_encode(avifImage *image, const ikavif_settings *s, avifRWData *out);

#endif
