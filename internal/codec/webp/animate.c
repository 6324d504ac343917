//go:build cgo

#include "webp.h"

#include <limits.h>
#include <stdlib.h>

#include <webp/encode.h>
#include <webp/mux.h>

struct ikwebp_animation {
	WebPAnimEncoder *encoder;
	WebPConfig config;
};

ikwebp_animation *ikwebp_animate(const ikwebp_job *job, int plays, bool mixed) {
	ikwebp_animation *a = calloc(1, sizeof *a);
	WebPAnimEncoderOptions options;
	if (a == NULL || !WebPAnimEncoderOptionsInit(&options) || !ikwebp_configure(job, &a->config)) {
		free(a);
		return NULL;
	}
	options.anim_params.loop_count = plays;
	options.allow_mixed = mixed;
	// No key frame but the first: nobody seeks in these, and each costs a whole picture.
	options.kmax = INT_MAX;
	options.kmin = INT_MAX - 1;
	a->encoder = WebPAnimEncoderNew(job->width, job->height, &options);
	if (a->encoder == NULL) {
		free(a);
		return NULL;
	}
	return a;
}

int ikwebp_add(ikwebp_animation *a, const ikwebp_job *job, int from, int *error) {
	WebPPicture picture;
	*error = VP8_ENC_ERROR_INVALID_CONFIGURATION;
	if (!WebPPictureInit(&picture)) return IKWEBP_FAILED;
	picture.width = job->width;
	picture.height = job->height;
	bool ok = ikwebp_pack(job, &picture) && WebPAnimEncoderAdd(a->encoder, &picture, from, &a->config);
	*error = picture.error_code;
	WebPPictureFree(&picture);
	return ok ? IKWEBP_OK : IKWEBP_FAILED;
}

int ikwebp_assemble(ikwebp_animation *a, int end, ikwebp_result *result) {
	*result = (ikwebp_result){.error = VP8_ENC_ERROR_OUT_OF_MEMORY};
	WebPData data;
	if (!WebPAnimEncoderAdd(a->encoder, NULL, end, NULL) || !WebPAnimEncoderAssemble(a->encoder, &data))
		return IKWEBP_FAILED;
	*result = (ikwebp_result){.bytes = (uint8_t *)data.bytes, .len = data.size};
	return IKWEBP_OK;
}

void ikwebp_end(ikwebp_animation *a) {
	if (a == NULL) return;
	WebPAnimEncoderDelete(a->encoder);
	free(a);
}
