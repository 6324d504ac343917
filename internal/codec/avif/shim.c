#include "shim.h"

#include <stdbool.h>

#if AVIF_VERSION < 1000000
// quantizer maps quality as libavif ≥ 1.0 does (avifQualityToQuantizer).
static int quantizer(int quality) { return ((100 - quality) * 63 + 50) / 100; }
#endif

static void set_quality(avifEncoder *encoder, const shim_settings *s) {
#if AVIF_VERSION >= 1000000
	encoder->quality = s->quality;
	encoder->qualityAlpha = s->alpha_quality;
#else
	encoder->minQuantizer = encoder->maxQuantizer = quantizer(s->quality);
	encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = quantizer(s->alpha_quality);
#endif
}

static avifResult set_option(avifEncoder *encoder, const char *key, const char *value) {
#if AVIF_VERSION >= 1000000
	return avifEncoderSetCodecSpecificOption(encoder, key, value);
#else
	avifEncoderSetCodecSpecificOption(encoder, key, value);
	return AVIF_RESULT_OK;
#endif
}

static avifResult set_icc(avifImage *image, const shim_settings *s) {
	if (!s->icc_size) return AVIF_RESULT_OK;
#if AVIF_VERSION >= 1000000
	return avifImageSetProfileICC(image, s->icc, s->icc_size);
#else
	avifImageSetProfileICC(image, s->icc, s->icc_size);
	return AVIF_RESULT_OK;
#endif
}

avifResult shim_encode(avifImage *image, const shim_settings *s, avifRWData *out) {
	avifEncoder *encoder = avifEncoderCreate();
	if (!encoder) return AVIF_RESULT_OUT_OF_MEMORY;
	encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
	encoder->maxThreads = 1;
	encoder->speed = s->speed;
	set_quality(encoder, s);
	avifResult result = set_icc(image, s);
	// libaom refuses the tuning for lossless pictures.
	bool tune = s->tune_iq && s->quality < 100;
	if (result == AVIF_RESULT_OK && tune) result = set_option(encoder, "color:tune", "iq");
	if (result == AVIF_RESULT_OK) result = avifEncoderWrite(encoder, image, out);
	avifEncoderDestroy(encoder);
	return result;
}
