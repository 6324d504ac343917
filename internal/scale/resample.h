#ifndef IMAGEKIT_SCALE_RESAMPLE_H
#define IMAGEKIT_SCALE_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

// One side of a graph: what the samples mean, words of 16 bits and full range. All planes have the same size.
typedef struct {
	int width, height;
	double left, top, region_width, region_height; // active region, samples; region_width 0 = everything
	int family;                                    // zimg_color_family_e
	int matrix, transfer, primaries;               // H.273
	int kernel;                                    // zimg_resample_filter_e, of the source's side
} ikscale_format;

// Up to four planes. Strides in bytes.
typedef struct {
	void *plane[4];
	ptrdiff_t stride[4];
} ikscale_buffer;

// The filters read and write words with headroom on both sides, or what Lanczos overshoots in one direction would be
// cut before the other direction makes up for it: code c of 0…255 in full range is IKSCALE_FOOT + 128 c. Other codes are
// brought to that scale.
enum { IKSCALE_FOOT = 16448, IKSCALE_STEP = 128 };

// A ring of rows between a graph and planes: mask + 1 rows of stride bytes, 64-byte aligned.
typedef struct {
	void *rows;
	ptrdiff_t stride;
	unsigned mask;
} ikscale_ring;

// The source: its rows become words just before the graph reads them.
// word = IKSCALE_FOOT + (sample - zero) * gain * alpha + base, alpha 1 where there is no alpha plane.
typedef struct {
	const void *data, *alpha; // bytes up to depth 8, else words; no alignment is needed; alpha may be NULL
	ptrdiff_t stride, alpha_stride;
	int depth;
	float zero, gain, base; // with alpha, gain includes 1 / (2^depth - 1)
	int plain;              // bytes whose scale is full range: (sample - 0) * IKSCALE_STEP; the arithmetic is integer
	ikscale_ring ring;
} ikscale_lift;

// The result: rows become samples as soon as the graph has written them.
// depth 8: sample = clamp(round(((word - IKSCALE_FOOT) * gain / 65536 + base) / IKSCALE_STEP)), gain 0 meaning 65536.
// depth 16: sample = clamp((word - IKSCALE_FOOT) * 257 / 128 + base), base at most 0.
typedef struct {
	void *data;
	ptrdiff_t stride;
	int depth, gain, base;
	ikscale_ring ring;
} ikscale_drop;

// ikscale_graph_new builds a graph from src to dst; NULL on failure with the reason in err. tmp_size is its scratch memory
// in bytes, in_mask and out_mask select a row of the smallest rings that it may read from and write to.
void *ikscale_graph_new(const ikscale_format *src, const ikscale_format *dst, char *err, size_t errlen,
	size_t *tmp_size, unsigned *in_mask, unsigned *out_mask);
void ikscale_graph_free(void *graph);
// ikscale_graph_run processes one image; 0 on success. tmp is 64-byte aligned.
int ikscale_graph_run(
	const void *graph, const ikscale_buffer *src, const ikscale_buffer *dst, void *tmp, char *err, size_t errlen);
// ikscale_graph_resize processes one plane through the rings; 0 on success.
int ikscale_graph_resize(const void *graph, ikscale_lift *src, ikscale_drop *dst, void *tmp, char *err, size_t errlen);

#endif
