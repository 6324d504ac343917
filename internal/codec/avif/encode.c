//go:build cgo

#include "avif.h"

#include <stddef.h>

#if AVIF_VERSION < 1000000
// quantizer maps quality as libavif ≥ 1.0 does (avifQualityToQuantizer).
static int quantizer(int quality) { return ((100 - quality) * 63 + 50) / 100; }
#endif

static void set_quality(avifEncoder *encoder, const ikavif_settings *s) {
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

static avifResult set_icc(avifImage *image, const ikavif_settings *s) {
	if (!s->icc_size) return AVIF_RESULT_OK;
#if AVIF_VERSION >= 1000000
	return avifImageSetProfileICC(image, s->icc, s->icc_size);
#else
	avifImageSetProfileICC(image, s->icc, s->icc_size);
	return AVIF_RESULT_OK;
#endif
}

typedef struct {
	const char *key, *value;
} option;

// Quantizer matrices spend fewer bits on the finest detail. The level says how unlike a flat one the matrix is: 15 is
// flat, 0 the steepest. Bytes at equal Butteraugli are least from 3 to 5, at equal DSSIM at 3; libaom's own choices by
// quality, from 5 to 9 and with tune=iq from 2 to 10, are flatter where the web is.
static const option qm_options[] = {
	{"color:enable-qm", "1"},
	{"color:qm-min", "4"},
	{"color:qm-max", "4"},
	{"color:dist-metric", "qm-psnr"},
	{NULL, NULL},
};

// What differs from libaom's own tune=iq, which comes first as it sets all of these. It would raise chroma's quality
// beyond what Butteraugli sees in a photo.
static const option iq_options[] = {
	{"color:qm-min", "4"},
	{"color:qm-max", "4"},
	{"color:enable-chroma-deltaq", "0"},
	{NULL, NULL},
};

// Above this quality every sample counts: with steep matrices, patches of colour are more than 3 levels off.
enum { MAX_STEEP_QUALITY = 87 };

static avifResult set_tuning(avifEncoder *encoder, const ikavif_settings *s) {
	const option *o = s->tuning == IKAVIF_TUNING_IQ ? iq_options : qm_options;
	avifResult result = AVIF_RESULT_OK;
	if (s->tuning == IKAVIF_TUNING_NONE) return result;
	if (s->tuning == IKAVIF_TUNING_IQ) result = set_option(encoder, "color:tune", "iq");
	if (s->quality > MAX_STEEP_QUALITY) return result;
	for (; o->key && result == AVIF_RESULT_OK; o++)
		result = set_option(encoder, o->key, o->value);
	return result;
}

avifResult ikavif_encode(avifImage *image, const ikavif_settings *s, avifRWData *out) {
	avifEncoder *encoder = avifEncoderCreate();
	if (!encoder) return AVIF_RESULT_OUT_OF_MEMORY;
	encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
	encoder->maxThreads = s->threads;
	encoder->speed = s->speed;
	encoder->tileColsLog2 = s->tile_columns;
	set_quality(encoder, s);
	avifResult result = set_icc(image, s);
	if (result == AVIF_RESULT_OK) result = set_tuning(encoder, s);
	if (result == AVIF_RESULT_OK) result = avifEncoderWrite(encoder, image, out);
	avifEncoderDestroy(encoder);
	return result;
}
