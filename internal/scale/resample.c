#include "resample.h"

#include <string.h>
#include <zimg.h>

static void to_zimg(zimg_image_format *z, const ik_format *f)
{
	zimg_image_format_default(z, ZIMG_API_VERSION);
	z->width = f->width;
	z->height = f->height;
	z->pixel_type = f->depth > 8 ? ZIMG_PIXEL_WORD : ZIMG_PIXEL_BYTE;
	z->depth = f->depth;
	z->color_family = f->family;
	z->matrix_coefficients = f->family == ZIMG_COLOR_RGB ? ZIMG_MATRIX_RGB : f->matrix;
	z->transfer_characteristics = f->transfer;
	z->color_primaries = f->primaries;
	z->pixel_range = f->full_range ? ZIMG_RANGE_FULL : ZIMG_RANGE_LIMITED;
	z->alpha = f->alpha;
	if (f->region_width > 0) {
		z->active_region.left = f->left;
		z->active_region.top = f->top;
		z->active_region.width = f->region_width;
		z->active_region.height = f->region_height;
	}
}

void *ik_graph_new(const ik_format *src, const ik_format *dst, char *err, size_t errlen, size_t *tmp_size)
{
	zimg_image_format s, d;
	to_zimg(&s, src);
	to_zimg(&d, dst);
	zimg_graph_builder_params p;
	zimg_graph_builder_params_default(&p, ZIMG_API_VERSION);
	p.resample_filter = p.resample_filter_uv = ZIMG_RESIZE_LANCZOS;
	p.filter_param_a = p.filter_param_a_uv = 3;
	// Not ZIMG_CPU_AUTO_64B: the AVX-512 code of zimg 3.0.4 takes wrong taps for the last column of every 32, at some
	// ratios (203 → 100).
	p.cpu_type = ZIMG_CPU_AUTO;
	p.nominal_peak_luminance = 203; // cd/m²; what HDR pictures mean by white (ITU-R BT.2408 §2.1); brighter is cut
	zimg_filter_graph *g = zimg_filter_graph_build(&s, &d, &p);
	if (!g || zimg_filter_graph_get_tmp_size(g, tmp_size)) {
		zimg_get_last_error(err, errlen);
		zimg_filter_graph_free(g);
		return NULL;
	}
	return g;
}

void ik_graph_free(void *graph) { zimg_filter_graph_free(graph); }

int ik_graph_run(const void *graph, const ik_buffer *src, const ik_buffer *dst, void *tmp, char *err, size_t errlen)
{
	zimg_image_buffer_const s = {ZIMG_API_VERSION};
	zimg_image_buffer d = {ZIMG_API_VERSION};
	for (int i = 0; i < 4; i++) {
		if (!src->plane[i])
			continue;
		s.plane[i].data = src->plane[i];
		s.plane[i].stride = src->stride[i];
		s.plane[i].mask = ZIMG_BUFFER_MAX;
	}
	for (int i = 0; i < 4; i++) {
		if (!dst->plane[i])
			continue;
		d.plane[i].data = dst->plane[i];
		d.plane[i].stride = dst->stride[i];
		d.plane[i].mask = ZIMG_BUFFER_MAX;
	}
	if (zimg_filter_graph_process(graph, &s, &d, tmp, 0, 0, 0, 0)) {
		zimg_get_last_error(err, errlen);
		return -1;
	}
	return 0;
}

static inline float clampf(float v, float max) { return v < 0 ? 0 : v > max ? max : v; }

void ik_affine(const void *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width, int height,
	int out_depth, float in_zero, float gain, float out_zero)
{
	for (int y = 0; y < height; y++) {
		const uint16_t *s = (const uint16_t *)((const char *)src + y * src_stride);
		if (out_depth > 8) {
			uint16_t *d = (uint16_t *)((char *)dst + y * dst_stride);
			for (int x = 0; x < width; x++)
				d[x] = (uint16_t)(clampf((s[x] - in_zero) * gain + out_zero, 65535.0f) + 0.5f);
		} else {
			uint8_t *d = (uint8_t *)dst + y * dst_stride;
			for (int x = 0; x < width; x++)
				d[x] = (uint8_t)(clampf((s[x] - in_zero) * gain + out_zero, 255.0f) + 0.5f);
		}
	}
}
