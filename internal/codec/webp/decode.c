//go:build cgo

#include "webp.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static int status_of(VP8StatusCode code) {
	switch (code) {
	case VP8_STATUS_OK: return IKWEBP_OK;
	case VP8_STATUS_NOT_ENOUGH_DATA:
	case VP8_STATUS_SUSPENDED: return IKWEBP_TRUNCATED;
	case VP8_STATUS_BITSTREAM_ERROR: return IKWEBP_DAMAGED;
	case VP8_STATUS_UNSUPPORTED_FEATURE: return IKWEBP_UNSUPPORTED;
	default: return IKWEBP_FAILED;
	}
}

static bool covers(const ikwebp_info *i) { return i->frame_width == i->width && i->frame_height == i->height; }

// first_frame finds the bytes and the place of an animation's first frame.
static int first_frame(const uint8_t *src, size_t len, ikwebp_info *info) {
	WebPData data = {src, len};
	WebPDemuxState state;
	WebPDemuxer *demux = WebPDemuxPartial(&data, &state);
	WebPIterator frame;
	int status = state < WEBP_DEMUX_PARSING_HEADER ? IKWEBP_DAMAGED : IKWEBP_TRUNCATED;
	if (demux != NULL && state == WEBP_DEMUX_DONE && WebPDemuxGetFrame(demux, 1, &frame)) {
		info->at = frame.fragment.bytes - src;
		info->len = frame.fragment.size;
		info->left = frame.x_offset;
		info->top = frame.y_offset;
		WebPDemuxReleaseIterator(&frame);
		status = IKWEBP_OK;
	}
	WebPDemuxDelete(demux);
	return status;
}

// believe takes the word of a VP8X chunk about a still picture's alpha, as browsers do: without its flag an alpha chunk
// and the alpha of a lossless picture do not count, with it they do whatever the lossless header says (RFC 9649
// §2.7.1.1). Of a lossy picture without alpha only its own chunk is decoded.
static void believe(const uint8_t *src, size_t len, WebPBitstreamFeatures *f, ikwebp_info *info) {
	enum { HEAD = 12, CHUNK = 8, ALPHA = 0x10 };
	if (len < HEAD + CHUNK + 10 || memcmp(src + HEAD, "VP8X", 4) != 0) return;
	f->has_alpha = (src[HEAD + CHUNK] & ALPHA) != 0;
	for (size_t at = HEAD; !f->has_alpha && at + CHUNK <= len;) {
		if (memcmp(src + at, "VP8 ", 4) == 0) {
			info->at = at;
			info->len = len - at;
			return;
		}
		uint32_t size;
		memcpy(&size, src + at + 4, 4);
		at += CHUNK + (size_t)size + (size & 1);
	}
}

int ikwebp_inspect(const uint8_t *src, size_t len, ikwebp_info *info) {
	WebPBitstreamFeatures f;
	int status = status_of(WebPGetFeatures(src, len, &f));
	if (status != IKWEBP_OK) return status;
	*info = (ikwebp_info){.width = f.width, .height = f.height, .len = len};
	if (f.has_animation) {
		status = first_frame(src, len, info);
		if (status == IKWEBP_OK) status = status_of(WebPGetFeatures(src + info->at, info->len, &f));
		if (status != IKWEBP_OK) return status;
	} else {
		believe(src, len, &f, info);
	}
	info->frame_width = f.width;
	info->frame_height = f.height;
	// libwebp refuses this too; the bounds of our own writes do not rest on it.
	if (info->left + f.width > info->width || info->top + f.height > info->height) return IKWEBP_DAMAGED;
	info->alpha = f.has_alpha || !covers(info);
	info->yuv = f.format == 1 && !info->alpha;
	return IKWEBP_OK;
}

int ikwebp_read_yuv(const uint8_t *src, const ikwebp_info *info, const ikwebp_plane *p) {
	WebPDecoderConfig config;
	if (!WebPInitDecoderConfig(&config)) return IKWEBP_FAILED;
	config.output.colorspace = MODE_YUV;
	config.output.is_external_memory = 1;
	config.output.u.YUVA = (WebPYUVABuffer){
		.y = p[0].data,
		.y_stride = p[0].stride,
		.y_size = p[0].stride * p[0].height,
		.u = p[1].data,
		.u_stride = p[1].stride,
		.u_size = p[1].stride * p[1].height,
		.v = p[2].data,
		.v_stride = p[2].stride,
		.v_size = p[2].stride * p[2].height,
	};
	return status_of(WebPDecode(src + info->at, info->len, &config));
}

static void clear(const ikwebp_plane *planes) {
	for (int i = 0; i < IKWEBP_PLANES; i++)
		if (planes[i].data != NULL) memset(planes[i].data, 0, planes[i].stride * planes[i].height);
}

void ikwebp_split(const uint8_t *restrict from, uint8_t *restrict to, int width) {
	for (int x = 0; x < width; x++)
		to[x] = from[4 * x];
}

int ikwebp_read_rgb(const uint8_t *src, const ikwebp_info *info, const ikwebp_plane *planes) {
	WebPDecoderConfig config;
	if (!WebPInitDecoderConfig(&config)) return IKWEBP_FAILED;
	config.output.colorspace = MODE_RGBA;
	int status = status_of(WebPDecode(src + info->at, info->len, &config));
	if (status == IKWEBP_OK) {
		if (!covers(info)) clear(planes);
		const WebPRGBABuffer *pixels = &config.output.u.RGBA;
		for (int y = 0; y < info->frame_height; y++)
			for (int i = 0; i < IKWEBP_PLANES; i++)
				if (planes[i].data != NULL)
					ikwebp_split(pixels->rgba + (size_t)y * pixels->stride + i,
						planes[i].data + (y + info->top) * planes[i].stride + info->left, info->frame_width);
	}
	WebPFreeDecBuffer(&config.output);
	return status;
}
