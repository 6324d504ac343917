//go:build cgo

#include "webp.h"

#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>

// lend points the picture at the job's colour planes, without copying, after flattening what alpha hides. Returns the
// neutral chroma made for a grey job, to be freed after encoding.
static uint8_t *lend(const ikwebp_job *job, WebPPicture *to) {
	const ikwebp_plane *p = job->planes;
	uint8_t *neutral = NULL;
	to->use_argb = 0;
	to->colorspace = WEBP_YUV420A;
	to->y = p[0].data;
	to->y_stride = p[0].stride;
	to->u = p[1].data;
	to->v = p[2].data;
	to->uv_stride = p[1].stride;
	to->a = p[IKWEBP_ALPHA].data;
	to->a_stride = p[IKWEBP_ALPHA].stride;
	if (to->u == NULL) {
		to->uv_stride = (job->width + 1) / 2;
		size_t size = (size_t)to->uv_stride * ((job->height + 1) / 2);
		neutral = malloc(size);
		if (neutral != NULL) memset(neutral, 128, size);
		to->u = to->v = neutral;
	}
	WebPCleanupTransparentArea(to);
	to->a = NULL;
	to->colorspace = WEBP_YUV420;
	return neutral;
}

bool ikwebp_pack(const ikwebp_job *job, WebPPicture *to) {
	static const uint8_t opaque = 255;
	to->use_argb = 1;
	if (!WebPPictureAlloc(to)) return false;
	for (int y = 0; y < job->height; y++) {
		const uint8_t *row[IKWEBP_PLANES];
		for (int i = 0; i < IKWEBP_PLANES; i++)
			row[i] = job->planes[i].data + y * job->planes[i].stride;
		int step = 1;
		if (job->planes[IKWEBP_ALPHA].data == NULL) {
			row[IKWEBP_ALPHA] = &opaque;
			step = 0;
		}
		uint32_t *argb = to->argb + (size_t)y * to->argb_stride;
		for (int x = 0; x < job->width; x++)
			argb[x] = (uint32_t)row[IKWEBP_ALPHA][step * x] << 24 | row[0][x] << 16 | row[1][x] << 8 | row[2][x];
	}
	return true;
}

// write encodes the picture with these settings into result.
static bool write(const WebPConfig *config, WebPPicture *picture, ikwebp_result *result) {
	WebPMemoryWriter writer;
	WebPMemoryWriterInit(&writer);
	picture->writer = WebPMemoryWrite;
	picture->custom_ptr = &writer;
	if (!WebPEncode(config, picture)) {
		WebPMemoryWriterClear(&writer);
		return false;
	}
	result->bytes = writer.mem;
	result->len = writer.size;
	return true;
}

bool ikwebp_configure(const ikwebp_job *job, WebPConfig *config) {
	if (!WebPConfigInit(config)) return false;
	config->quality = job->quality;
	config->method = job->method;
	config->sns_strength = job->shaping;
	config->filter_strength = job->filter;
	config->lossless = job->lossless;
	config->near_lossless = 100 - job->loss;
	return WebPValidateConfig(config);
}

int ikwebp_encode(const ikwebp_job *job, ikwebp_result *result) {
	WebPConfig config;
	WebPPicture picture;
	*result = (ikwebp_result){.error = VP8_ENC_ERROR_INVALID_CONFIGURATION};
	if (!ikwebp_configure(job, &config) || !WebPPictureInit(&picture)) return IKWEBP_FAILED;
	picture.width = job->width;
	picture.height = job->height;
	uint8_t *neutral = NULL;
	bool ok = true;
	if (job->lossless)
		ok = ikwebp_pack(job, &picture);
	else
		neutral = lend(job, &picture);
	ok = ok && write(&config, &picture, result);
	result->error = picture.error_code;
	WebPPictureFree(&picture);
	free(neutral);
	return ok ? IKWEBP_OK : IKWEBP_FAILED;
}

void ikwebp_free(uint8_t *bytes) { WebPFree(bytes); }
