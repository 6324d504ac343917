#ifndef IMAGEKIT_SCALE_ZIMG_H
#define IMAGEKIT_SCALE_ZIMG_H

#include <stddef.h>
#include <stdint.h>

// One side of a graph: what the samples mean. All planes have the same size.
typedef struct {
	int width, height;
	double left, top, region_width, region_height; // active region, samples; region_width 0 = everything
	int family;                                    // zimg_color_family_e
	int matrix, transfer, primaries;               // H.273
	int depth;                                     // 8: bytes; 9..16: native-endian words
	int full_range;
	int alpha; // zimg_alpha_type_e
} ik_format;

// Up to three colour planes and alpha. Strides in bytes.
typedef struct {
	void *plane[4];
	ptrdiff_t stride[4];
} ik_buffer;

// ik_graph_new builds a graph from src to dst; NULL on failure with the reason in err.
void *ik_graph_new(const ik_format *src, const ik_format *dst, char *err, size_t errlen, size_t *tmp_size);
void ik_graph_free(void *graph);
// ik_graph_run processes one image; 0 on success. tmp is 64-byte aligned.
int ik_graph_run(const void *graph, const ik_buffer *src, const ik_buffer *dst, void *tmp, char *err, size_t errlen);

// ik_affine maps n rows of words to words (out_depth 16) or bytes (8): out = clamp(round((in - in_zero) * gain + out_zero)).
void ik_affine(const void *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width, int height,
	int out_depth, float in_zero, float gain, float out_zero);

#endif
