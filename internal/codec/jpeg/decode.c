//go:build cgo

#include "huffman.h"

#include <setjmp.h>
#include <stdlib.h>

#include <jerror.h>

#define MAX_SCANS 100 // real progressive files have about 10; each more costs a pass over all coefficients

#define AGAIN -1 // status: what was not foreseen in huffman_decode.c is left to libjpeg, from the start

struct ikjpeg_decoder {
	struct jpeg_decompress_struct cinfo;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf escape;
	int status;
	const uint8_t *src;
	size_t len;
	int shrink;
	bool plain;
	ikjpeg_huffman *huffman; // decodes the scan in libjpeg's place; NULL: libjpeg does
	bool ended;              // the source was asked for bytes after its last
	char message[IKJPEG_MESSAGE];
};

static _Noreturn void give_up(ikjpeg_decoder *d, int status) {
	d->status = status;
	longjmp(d->escape, 1);
}

static _Noreturn void fail(ikjpeg_decoder *d, int status, const char *message) {
	snprintf(d->message, sizeof d->message, "%s", message);
	give_up(d, status);
}

static int status_of(int code) {
	switch (code) {
	case JERR_OUT_OF_MEMORY: return IKJPEG_NO_MEMORY;
	case JERR_BAD_PRECISION:
	case JERR_SOF_UNSUPPORTED:
	case JERR_COMPONENT_COUNT:
	case JERR_ARITH_NOTIMPL:
	case JERR_CONVERSION_NOTIMPL:
	case JERR_FRACT_SAMPLE_NOTIMPL:
	case JERR_NOTIMPL:
	case JERR_NOT_COMPILED: return IKJPEG_UNSUPPORTED;
	}
	return IKJPEG_DAMAGED;
}

// quote gives up in libjpeg's words.
static _Noreturn void quote(j_common_ptr cinfo, int status) {
	ikjpeg_decoder *d = cinfo->client_data;
	cinfo->err->format_message(cinfo, d->message);
	give_up(d, status);
}

static void on_error(j_common_ptr cinfo) { quote(cinfo, status_of(cinfo->err->msg_code)); }

// Only two warnings cost pixels: the entropy decoder met a marker while it needed bits, or an arithmetic code
// that stands for nothing; either leaves the rest of the segment grey.
static void on_message(j_common_ptr cinfo, int level) {
	ikjpeg_decoder *d = cinfo->client_data;
	if (level >= 0) return;
	switch (cinfo->err->msg_code) {
	case JWRN_HIT_MARKER:
	case JWRN_ARITH_BAD_CODE: quote(cinfo, IKJPEG_TRUNCATED);
	case JWRN_JPEG_EOF: d->ended = true;
	}
}

static void on_progress(j_common_ptr cinfo) {
	ikjpeg_decoder *d = cinfo->client_data;
	if (d->cinfo.input_scan_number > MAX_SCANS) fail(d, IKJPEG_DAMAGED, "more than 100 scans");
}

static ikjpeg_decoder *prepare(const uint8_t *src, size_t len, int shrink, bool plain) {
	ikjpeg_decoder *d = calloc(1, sizeof *d);
	if (d == NULL) return NULL;
	d->src = src;
	d->len = len;
	d->shrink = shrink;
	d->plain = plain;
	d->cinfo.err = jpeg_std_error(&d->errors);
	d->errors.error_exit = on_error;
	d->errors.emit_message = on_message;
	d->cinfo.client_data = d;
	d->progress.progress_monitor = on_progress;
	return d;
}

static int model_of(ikjpeg_decoder *d) {
	switch (d->cinfo.jpeg_color_space) {
	case JCS_YCbCr: return IKJPEG_YCBCR;
	case JCS_RGB: return IKJPEG_RGB;
	case JCS_GRAYSCALE: return IKJPEG_GRAY;
	case JCS_CMYK:
	case JCS_YCCK: return IKJPEG_CMYK;
	default: fail(d, IKJPEG_UNSUPPORTED, "unknown colour space");
	}
}

// Grey, YCbCr and RGB leave libjpeg as they are stored. CMYK and YCCK go through its upsampling and colour
// conversion: they need a colour transform at full resolution anyway, and YCCK has no other exact way.
static void choose(ikjpeg_decoder *d, int model) {
	struct jpeg_decompress_struct *c = &d->cinfo;
	c->scale_num = 1;
	c->scale_denom = d->shrink;
	c->do_block_smoothing = FALSE;
	c->raw_data_out = model != IKJPEG_CMYK;
	c->out_color_space = c->raw_data_out ? c->jpeg_color_space : JCS_CMYK;
	jpeg_calc_output_dimensions(c);
}

static int whole(int samples, int unit) { return (samples + unit - 1) / unit; }

static void describe_raw(const struct jpeg_decompress_struct *c, ikjpeg_picture *p) {
	int columns = whole(c->image_width, c->max_h_samp_factor * DCTSIZE);
	int rows = whole(c->image_height, c->max_v_samp_factor * DCTSIZE);
	for (int i = 0; i < c->num_components; i++) {
		const jpeg_component_info *comp = &c->comp_info[i];
		int w = comp->h_samp_factor * IKJPEG_SCALED(comp), h = comp->v_samp_factor * IKJPEG_SCALED(comp);
		p->planes[i] = (ikjpeg_plane){
			.width = comp->downsampled_width,
			.height = comp->downsampled_height,
			.padded_width = columns * w,
			.padded_height = rows * h,
			.pitch_x = (double)w / (c->max_h_samp_factor * DCTSIZE),
			.pitch_y = (double)h / (c->max_v_samp_factor * DCTSIZE),
		};
	}
}

static void describe_cmyk(const struct jpeg_decompress_struct *c, ikjpeg_picture *p) {
	double pitch = (double)IKJPEG_MIN_SCALED(c) / DCTSIZE;
	for (int i = 0; i < 4; i++)
		p->planes[i] = (ikjpeg_plane){
			.width = c->output_width,
			.height = c->output_height,
			.padded_width = c->output_width,
			.padded_height = c->output_height,
			.pitch_x = pitch,
			.pitch_y = pitch,
		};
}

static void read_header(ikjpeg_decoder *d) {
	jpeg_create_decompress(&d->cinfo);
	d->cinfo.progress = &d->progress;
	jpeg_mem_src(&d->cinfo, d->src, d->len);
	jpeg_read_header(&d->cinfo, TRUE);
	if (IKJPEG_MIN_SCALED(&d->cinfo) == 1) // libjpeg-turbo 3 reads lossless JPEG, but gives no planes of it
		fail(d, IKJPEG_UNSUPPORTED, "lossless JPEG");
	choose(d, model_of(d));
}

ikjpeg_decoder *ikjpeg_open(
	const uint8_t *src, size_t len, int shrink, bool plain, ikjpeg_picture *picture, int *status) {
	ikjpeg_decoder *d = prepare(src, len, shrink, plain);
	if (d == NULL) return NULL;
	if (setjmp(d->escape)) {
		*status = d->status;
		return d;
	}
	read_header(d);
	picture->width = d->cinfo.image_width;
	picture->height = d->cinfo.image_height;
	picture->count = d->cinfo.num_components;
	picture->model = model_of(d);
	if (d->cinfo.raw_data_out)
		describe_raw(&d->cinfo, picture);
	else
		describe_cmyk(&d->cinfo, picture);
	*status = IKJPEG_OK;
	return d;
}

static void read_raw(ikjpeg_decoder *d, const ikjpeg_picture *p, int bottom) {
	struct jpeg_decompress_struct *c = &d->cinfo;
	JSAMPROW rows[IKJPEG_MAX_PLANES][MAX_SAMP_FACTOR * DCTSIZE];
	JSAMPARRAY planes[IKJPEG_MAX_PLANES];
	int count = whole(bottom, c->max_v_samp_factor * DCTSIZE);
	for (int mcu = 0; mcu < count; mcu++) {
		for (int i = 0; i < p->count; i++) {
			const jpeg_component_info *comp = &c->comp_info[i];
			int height = comp->v_samp_factor * IKJPEG_SCALED(comp);
			uint8_t *at = p->planes[i].data + (size_t)mcu * height * p->planes[i].stride;
			for (int y = 0; y < height; y++)
				rows[i][y] = at + y * p->planes[i].stride;
			planes[i] = rows[i];
		}
		if (jpeg_read_raw_data(c, planes, c->max_v_samp_factor * IKJPEG_MIN_SCALED(c)) == 0)
			fail(d, IKJPEG_TRUNCATED, "no more rows");
	}
}

// Every file with four channels stores 255 = no ink, as Adobe's programs do: also those without its marker, which are
// shown so everywhere.
static void split_cmyk(const JSAMPLE *restrict from, const ikjpeg_picture *p, int y) {
	for (int i = 0; i < 4; i++) {
		uint8_t *restrict to = p->planes[i].data + y * p->planes[i].stride;
		for (int x = 0; x < p->planes[i].width; x++)
			to[x] = from[4 * x + i] ^ 0xff;
	}
}

static void read_cmyk(ikjpeg_decoder *d, const ikjpeg_picture *p, int bottom) {
	struct jpeg_decompress_struct *c = &d->cinfo;
	JSAMPARRAY row = c->mem->alloc_sarray((j_common_ptr)c, JPOOL_IMAGE, c->output_width * 4, 1);
	int height = whole(bottom * IKJPEG_MIN_SCALED(c), DCTSIZE);
	for (int y = 0; y < height; y++) {
		if (jpeg_read_scanlines(c, row, 1) == 0) fail(d, IKJPEG_TRUNCATED, "no more rows");
		split_cmyk(row[0], p, y);
	}
}

// A source that ended between two scans raised no warning but the end: look whether the scans that came tell
// everything. Arithmetic decoding goes on with zeros at the end of its data, as T.81 D.2.6 wants, so there the
// end of the source is the only sign of a cut.
static void check_complete(ikjpeg_decoder *d) {
	struct jpeg_decompress_struct *c = &d->cinfo;
	for (int i = 0; i < c->num_components; i++) {
		if (c->comp_info[i].quant_table == NULL) fail(d, IKJPEG_TRUNCATED, "a component without a scan");
		for (int k = 0; d->ended && c->coef_bits != NULL && k < DCTSIZE2; k++)
			if (c->coef_bits[i][k] != 0) fail(d, IKJPEG_TRUNCATED, "scans are missing");
	}
	if (d->ended && c->arith_code) fail(d, IKJPEG_TRUNCATED, "arithmetic-coded data without an end");
}

#if IKJPEG_OWN_HUFFMAN
static boolean decode_mcu(j_decompress_ptr cinfo, JBLOCKROW *mcu) {
	ikjpeg_decoder *d = cinfo->client_data;
	if (!ikjpeg_huffman_decode(d->huffman, cinfo->restart_interval, mcu)) give_up(d, AGAIN);
	return TRUE;
}

static void take_over(ikjpeg_decoder *d) {
	d->huffman = ikjpeg_huffman_new(&d->cinfo);
	if (d->huffman != NULL) d->cinfo.entropy->decode_mcu = decode_mcu;
}
#else
static void take_over(ikjpeg_decoder *d) { (void)d; }
#endif

// read_planes decodes; again says that everything is left to libjpeg, from the header on.
static int read_planes(ikjpeg_decoder *d, const ikjpeg_picture *picture, int bottom, bool again) {
	if (setjmp(d->escape)) return d->status;
	if (again) {
		jpeg_destroy_decompress(&d->cinfo);
		d->ended = false;
		read_header(d);
	}
	jpeg_start_decompress(&d->cinfo);
	if (!again && !d->plain) take_over(d);
	if (d->cinfo.raw_data_out)
		read_raw(d, picture, bottom);
	else
		read_cmyk(d, picture, bottom);
	check_complete(d);
	return IKJPEG_OK;
}

int ikjpeg_read(ikjpeg_decoder *d, const ikjpeg_picture *picture, int bottom) {
	int status = read_planes(d, picture, bottom, false);
	return status == AGAIN ? read_planes(d, picture, bottom, true) : status;
}

const char *ikjpeg_message(const ikjpeg_decoder *d) { return d->message; }

void ikjpeg_close(ikjpeg_decoder *d) {
	jpeg_destroy_decompress(&d->cinfo);
	free(d->huffman);
	free(d);
}
