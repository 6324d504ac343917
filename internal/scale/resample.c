#include "resample.h"

#include <string.h>
#include <zimg.h>

static void to_zimg(zimg_image_format *z, const ikscale_format *f) {
	zimg_image_format_default(z, ZIMG_API_VERSION);
	z->width = f->width;
	z->height = f->height;
	z->pixel_type = ZIMG_PIXEL_WORD;
	z->depth = 16;
	z->color_family = f->family;
	z->matrix_coefficients = f->family == ZIMG_COLOR_RGB ? ZIMG_MATRIX_RGB : f->matrix;
	z->transfer_characteristics = f->transfer;
	z->color_primaries = f->primaries;
	z->pixel_range = ZIMG_RANGE_FULL;
	if (f->region_width > 0) {
		z->active_region.left = f->left;
		z->active_region.top = f->top;
		z->active_region.width = f->region_width;
		z->active_region.height = f->region_height;
	}
}

// mask_for selects a row of a ring of at least count rows, of the whole plane when that is not larger.
static unsigned mask_for(unsigned count, int height) {
	unsigned mask = zimg_select_buffer_mask(count);
	return mask < (unsigned)height ? mask : ZIMG_BUFFER_MAX;
}

void *ikscale_graph_new(const ikscale_format *src, const ikscale_format *dst, char *err, size_t errlen,
	size_t *tmp_size, unsigned *in_mask, unsigned *out_mask) {
	zimg_image_format s, d;
	to_zimg(&s, src);
	to_zimg(&d, dst);
	zimg_graph_builder_params p;
	zimg_graph_builder_params_default(&p, ZIMG_API_VERSION);
	p.resample_filter = p.resample_filter_uv = src->kernel;
	if (src->kernel == ZIMG_RESIZE_LANCZOS) p.filter_param_a = p.filter_param_a_uv = 3;
	if (src->kernel == ZIMG_RESIZE_BICUBIC) { // Catmull and Rom
		p.filter_param_a = p.filter_param_a_uv = 0;
		p.filter_param_b = p.filter_param_b_uv = 0.5;
	}
	// Not ZIMG_CPU_AUTO_64B: the AVX-512 code of zimg 3.0.4 takes wrong taps for the last column of every 32, at some
	// ratios (203 → 100).
	p.cpu_type = ZIMG_CPU_AUTO;
	zimg_filter_graph *g = zimg_filter_graph_build(&s, &d, &p);
	unsigned in, out;
	if (!g || zimg_filter_graph_get_tmp_size(g, tmp_size) || zimg_filter_graph_get_input_buffering(g, &in) ||
		zimg_filter_graph_get_output_buffering(g, &out)) {
		zimg_get_last_error(err, errlen);
		zimg_filter_graph_free(g);
		return NULL;
	}
	*in_mask = mask_for(in, src->height);
	*out_mask = mask_for(out, dst->height);
	return g;
}

void ikscale_graph_free(void *graph) { zimg_filter_graph_free(graph); }

static int process(const void *graph, const zimg_image_buffer_const *s, const zimg_image_buffer *d, void *tmp,
	zimg_filter_graph_callback lift, void *src, zimg_filter_graph_callback drop, void *dst, char *err, size_t errlen) {
	if (!zimg_filter_graph_process(graph, s, d, tmp, lift, src, drop, dst)) return 0;
	zimg_get_last_error(err, errlen);
	return -1;
}

int ikscale_graph_run(
	const void *graph, const ikscale_buffer *src, const ikscale_buffer *dst, void *tmp, char *err, size_t errlen) {
	zimg_image_buffer_const s = {.version = ZIMG_API_VERSION};
	zimg_image_buffer d = {.version = ZIMG_API_VERSION};
	for (int i = 0; i < 4; i++) {
		s.plane[i].data = src->plane[i];
		s.plane[i].stride = src->stride[i];
		s.plane[i].mask = ZIMG_BUFFER_MAX;
		d.plane[i].data = dst->plane[i];
		d.plane[i].stride = dst->stride[i];
		d.plane[i].mask = ZIMG_BUFFER_MAX;
	}
	return process(graph, &s, &d, tmp, 0, 0, 0, 0, err, errlen);
}

static void widen(const uint8_t *restrict v, uint16_t *restrict out, int n) {
	for (int x = 0; x < n; x++)
		out[x] = (uint16_t)(IKSCALE_FOOT + v[x] * IKSCALE_STEP);
}

// multiply weighs by alpha: 32897 / 65536 is IKSCALE_STEP / 255, so that opaque samples stay exact.
static void multiply(const uint8_t *restrict v, const uint8_t *restrict alpha, uint16_t *restrict out, int n) {
	for (int x = 0; x < n; x++)
		out[x] = (uint16_t)(IKSCALE_FOOT + ((uint16_t)(v[x] * alpha[x]) * 32897u >> 16));
}

// The codes that a limited range leaves beyond black and white stay: the headroom holds them.
#define DEFINE_LIFT(T)                                                                                        \
	static void affine_##T(const T *restrict v, uint16_t *restrict out, int n, const ikscale_lift *l) {       \
		float zero = l->zero, gain = l->gain, base = l->base + IKSCALE_FOOT + 0.5f;                           \
		for (int x = 0; x < n; x++)                                                                           \
			out[x] = (uint16_t)(int)((v[x] - zero) * gain + base);                                            \
	}                                                                                                         \
	static void weighted_##T(                                                                                 \
		const T *restrict v, const T *restrict alpha, uint16_t *restrict out, int n, const ikscale_lift *l) { \
		float zero = l->zero, gain = l->gain, base = l->base + IKSCALE_FOOT + 0.5f;                           \
		for (int x = 0; x < n; x++)                                                                           \
			out[x] = (uint16_t)(int)((v[x] - zero) * alpha[x] * gain + base);                                 \
	}

DEFINE_LIFT(uint8_t)
DEFINE_LIFT(uint16_t)

static void *ring_row(const ikscale_ring *r, unsigned i) { return (char *)r->rows + (i & r->mask) * r->stride; }

// lift_row fills columns left to right of row i of the ring (zimg_filter_graph_callback).
static int lift_row(void *user, unsigned i, unsigned left, unsigned right) {
	const ikscale_lift *l = user;
	int n = (int)(right - left), size = l->depth > 8 ? 2 : 1;
	const char *v = (const char *)l->data + i * l->stride + left * size;
	const char *alpha = l->alpha ? (const char *)l->alpha + i * l->alpha_stride + left * size : NULL;
	uint16_t *out = (uint16_t *)ring_row(&l->ring, i) + left;
	if (l->plain && alpha)
		multiply((const uint8_t *)v, (const uint8_t *)alpha, out, n);
	else if (l->plain)
		widen((const uint8_t *)v, out, n);
	else if (l->depth == 8 && alpha)
		weighted_uint8_t((const uint8_t *)v, (const uint8_t *)alpha, out, n, l);
	else if (l->depth == 8)
		affine_uint8_t((const uint8_t *)v, out, n, l);
	else if (alpha)
		weighted_uint16_t((const uint16_t *)v, (const uint16_t *)alpha, out, n, l);
	else
		affine_uint16_t((const uint16_t *)v, out, n, l);
	return 0;
}

// above is how far a word is above the foot, at least 0.
static inline uint16_t above(uint16_t word) { return (word > IKSCALE_FOOT ? word : IKSCALE_FOOT) - IKSCALE_FOOT; }

static inline uint16_t least(uint16_t a, uint16_t b) { return a < b ? a : b; }

static void to_bytes(const uint16_t *restrict v, uint8_t *restrict out, int n) {
	for (int x = 0; x < n; x++)
		out[x] = (uint8_t)least((uint16_t)(above(v[x]) + IKSCALE_STEP / 2) / IKSCALE_STEP, 255);
}

static void to_limited(const uint16_t *restrict v, uint8_t *restrict out, int n, uint16_t gain, uint16_t base) {
	base += IKSCALE_STEP / 2;
	for (int x = 0; x < n; x++)
		out[x] = (uint8_t)least((uint16_t)((above(v[x]) * (uint32_t)gain >> 16) + base) / IKSCALE_STEP, 255);
}

static void to_words(const uint16_t *restrict v, uint16_t *restrict out, int n, uint16_t down) {
	uint16_t most = 255 * IKSCALE_STEP + down / 2;
	for (int x = 0; x < n; x++) {
		uint16_t a = least(above(v[x]), most), b = (uint16_t)(2 * a) > down ? 2 * a : down;
		out[x] = (uint16_t)(b + (a >> 7) - down);
	}
}

// drop_row takes columns left to right of row i from the ring (zimg_filter_graph_callback).
static int drop_row(void *user, unsigned i, unsigned left, unsigned right) {
	const ikscale_drop *d = user;
	int n = (int)(right - left);
	const uint16_t *v = (const uint16_t *)ring_row(&d->ring, i) + left;
	char *out = (char *)d->data + i * d->stride;
	if (d->depth > 8)
		to_words(v, (uint16_t *)out + left, n, (uint16_t)-d->base);
	else if (d->gain)
		to_limited(v, (uint8_t *)out + left, n, (uint16_t)d->gain, (uint16_t)d->base);
	else
		to_bytes(v, (uint8_t *)out + left, n);
	return 0;
}

int ikscale_graph_resize(const void *graph, ikscale_lift *src, ikscale_drop *dst, void *tmp, char *err, size_t errlen) {
	zimg_image_buffer_const s = {.version = ZIMG_API_VERSION};
	zimg_image_buffer d = {.version = ZIMG_API_VERSION};
	s.plane[0].data = src->ring.rows;
	s.plane[0].stride = src->ring.stride;
	s.plane[0].mask = src->ring.mask;
	d.plane[0].data = dst->ring.rows;
	d.plane[0].stride = dst->ring.stride;
	d.plane[0].mask = dst->ring.mask;
	return process(graph, &s, &d, tmp, lift_row, src, drop_row, dst, err, errlen);
}
