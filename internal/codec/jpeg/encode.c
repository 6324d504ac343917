//go:build cgo

#include "huffman.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>

typedef struct {
	struct jpeg_compress_struct cinfo;
	struct jpeg_error_mgr errors;
	struct jpeg_destination_mgr output;
	jmp_buf escape;
	int status;
	ikjpeg_result *result;
	size_t room; // bytes at result->bytes
} encoder;

static void on_error(j_common_ptr cinfo) {
	encoder *e = cinfo->client_data;
	cinfo->err->format_message(cinfo, e->result->message);
	e->status = cinfo->err->msg_code == JERR_OUT_OF_MEMORY ? IKJPEG_NO_MEMORY : IKJPEG_UNSUPPORTED;
	longjmp(e->escape, 1);
}

static void ignore(j_common_ptr cinfo, int level) {
	(void)cinfo;
	(void)level;
}

// The destination grows by doubling. libjpeg's own (jpeg_mem_dest) loses its buffer when an error leaves early.
static boolean grow(j_compress_ptr cinfo) {
	encoder *e = cinfo->client_data;
	size_t used = e->room;
	size_t room = used == 0 ? 64 << 10 : 2 * used;
	uint8_t *bytes = realloc(e->result->bytes, room);
	if (bytes == NULL) ERREXIT1(cinfo, JERR_OUT_OF_MEMORY, 0);
	e->result->bytes = bytes;
	e->room = room;
	e->output.next_output_byte = bytes + used;
	e->output.free_in_buffer = room - used;
	return TRUE;
}

static void begin(j_compress_ptr cinfo) { grow(cinfo); }

static void end(j_compress_ptr cinfo) {
	encoder *e = cinfo->client_data;
	e->result->len = e->room - e->output.free_in_buffer;
}

static void prepare(encoder *e, ikjpeg_result *result) {
	memset(e, 0, sizeof *e);
	result->bytes = NULL;
	result->len = 0;
	e->result = result;
	e->cinfo.err = jpeg_std_error(&e->errors);
	e->errors.error_exit = on_error;
	e->errors.emit_message = ignore;
	e->cinfo.client_data = e;
	e->output.init_destination = begin;
	e->output.empty_output_buffer = grow;
	e->output.term_destination = end;
}

// ours says whether the Huffman tables are fitted here, in one pass, rather than by libjpeg in two.
static bool ours(const ikjpeg_settings *s) {
#if IKJPEG_OWN_HUFFMAN
	return s->optimize && !s->progressive && !s->plain;
#else
	(void)s;
	return false;
#endif
}

static void configure(struct jpeg_compress_struct *c, const ikjpeg_picture *p, const ikjpeg_settings *s) {
	c->image_width = p->width;
	c->image_height = p->height;
	c->input_components = p->count;
	c->in_color_space = p->model == IKJPEG_GRAY ? JCS_GRAYSCALE : JCS_YCbCr;
	jpeg_set_defaults(c);
	jpeg_set_quality(c, s->quality, TRUE);
	c->raw_data_in = TRUE;
	c->optimize_coding = s->optimize && !ours(s);
	for (int i = 0; i < p->count; i++) {
		c->comp_info[i].h_samp_factor = i == 0 ? s->sub_x : 1;
		c->comp_info[i].v_samp_factor = i == 0 ? s->sub_y : 1;
	}
	if (s->progressive) jpeg_simple_progression(c);
}

// row_of returns row y of a plane, readable to whole blocks: the last row stands in for those below, the last
// sample for those to the right. libjpeg codes both, and a decoder that upsamples lets them into the picture.
static JSAMPROW row_of(const ikjpeg_plane *p, int y, JSAMPROW scratch) {
	uint8_t *row = p->data + (y < p->height ? y : p->height - 1) * p->stride;
	int beyond = -p->width & (DCTSIZE - 1);
	if (beyond == 0) return row;
	memcpy(scratch, row, p->width);
	memset(scratch + p->width, row[p->width - 1], beyond);
	return scratch;
}

static void write_planes(encoder *e, const ikjpeg_picture *p) {
	struct jpeg_compress_struct *c = &e->cinfo;
	JSAMPROW rows[3][2 * DCTSIZE];
	JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]}, scratch[3];
	for (int i = 0; i < p->count; i++)
		scratch[i] = c->mem->alloc_sarray((j_common_ptr)c, JPOOL_IMAGE, p->planes[i].width + DCTSIZE, 2 * DCTSIZE);
	int lines = c->max_v_samp_factor * DCTSIZE;
	for (int mcu = 0; c->next_scanline < c->image_height; mcu++) {
		for (int i = 0; i < p->count; i++) {
			int height = c->comp_info[i].v_samp_factor * DCTSIZE;
			for (int y = 0; y < height; y++)
				rows[i][y] = row_of(&p->planes[i], mcu * height + y, scratch[i][y]);
		}
		jpeg_write_raw_data(c, planes, lines);
	}
}

static int run(
	encoder *e, const ikjpeg_picture *picture, const ikjpeg_settings *settings, const uint8_t *icc, size_t icc_len) {
	if (setjmp(e->escape)) return e->status;
	jpeg_create_compress(&e->cinfo);
	e->cinfo.dest = &e->output;
	configure(&e->cinfo, picture, settings);
	jpeg_start_compress(&e->cinfo, TRUE);
#if IKJPEG_OWN_HUFFMAN
	if (ours(settings)) ikjpeg_huffman_encode(&e->cinfo);
#endif
	if (icc_len > 0) jpeg_write_icc_profile(&e->cinfo, icc, icc_len);
	write_planes(e, picture);
	jpeg_finish_compress(&e->cinfo);
	return IKJPEG_OK;
}

int ikjpeg_encode(const ikjpeg_picture *picture, const ikjpeg_settings *settings, const uint8_t *icc, size_t icc_len,
	ikjpeg_result *result) {
	encoder e;
	prepare(&e, result);
	int status = run(&e, picture, settings, icc, icc_len);
	jpeg_destroy_compress(&e.cinfo);
	if (status != IKJPEG_OK) {
		free(result->bytes);
		result->bytes = NULL;
	}
	return status;
}
