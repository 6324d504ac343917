//go:build cgo

#include "webp.h"

#include <webp/demux.h>

ikwebp_sequence *ikwebp_open(const uint8_t *src, size_t len) {
	WebPData data = {src, len};
	WebPAnimDecoderOptions options;
	if (!WebPAnimDecoderOptionsInit(&options)) return NULL;
	options.color_mode = MODE_RGBA;
	return (ikwebp_sequence *)WebPAnimDecoderNew(&data, &options);
}

int ikwebp_next(ikwebp_sequence *s, const ikwebp_plane *planes, int *until) {
	WebPAnimDecoder *decoder = (WebPAnimDecoder *)s;
	WebPAnimInfo info;
	uint8_t *pixels;
	if (!WebPAnimDecoderGetInfo(decoder, &info)) return IKWEBP_FAILED;
	if ((int)info.canvas_width != planes[0].width || (int)info.canvas_height != planes[0].height) return IKWEBP_DAMAGED;
	if (!WebPAnimDecoderHasMoreFrames(decoder)) return IKWEBP_TRUNCATED;
	if (!WebPAnimDecoderGetNext(decoder, &pixels, until)) return IKWEBP_DAMAGED;
	for (int y = 0; y < planes[0].height; y++)
		for (int i = 0; i < IKWEBP_PLANES; i++)
			ikwebp_split(pixels + ((size_t)y * info.canvas_width) * 4 + i, planes[i].data + y * planes[i].stride,
				planes[0].width);
	return IKWEBP_OK;
}

void ikwebp_close(ikwebp_sequence *s) { WebPAnimDecoderDelete((WebPAnimDecoder *)s); }
