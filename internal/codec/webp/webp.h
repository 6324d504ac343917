// The shim between Go and libwebp: planes in, planes out. Nothing outlives a call but what the caller owns.
#ifndef IMAGEKIT_WEBP_H
#define IMAGEKIT_WEBP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a call ended.
enum {
	IKWEBP_OK,
	IKWEBP_TRUNCATED,
	IKWEBP_DAMAGED,
	IKWEBP_UNSUPPORTED,
	IKWEBP_FAILED, // no memory, or a call libwebp does not take
};

typedef struct {
	uint8_t *data;
	size_t stride;
	int width, height; // samples
} ikwebp_plane;

// Three colour planes and alpha; a plane that is not there has no data.
enum { IKWEBP_ALPHA = 3, IKWEBP_PLANES };

typedef struct {
	int width, height; // canvas, pixels
	bool alpha;
	bool yuv;                                 // opaque and lossy: decodes to Y, U, V; else to R, G, B
	size_t at, len;                           // the first picture's bytes
	int left, top, frame_width, frame_height; // where it stands on the canvas
} ikwebp_info;

// ikwebp_inspect reads the headers.
int ikwebp_inspect(const uint8_t *src, size_t len, ikwebp_info *info);

// ikwebp_read_yuv decodes to 4:2:0 planes.
int ikwebp_read_yuv(const uint8_t *src, const ikwebp_info *info, const ikwebp_plane *planes);

// ikwebp_read_rgb decodes to planes of the canvas' size, transparent black where the picture does not reach.
int ikwebp_read_rgb(const uint8_t *src, const ikwebp_info *info, const ikwebp_plane *planes);

// The pictures of an animation, one after the other.
typedef struct ikwebp_sequence ikwebp_sequence;

// ikwebp_open opens an animation; src stays until ikwebp_close. NULL when it is damaged, or without memory.
ikwebp_sequence *ikwebp_open(const uint8_t *src, size_t len);

// ikwebp_next draws the next picture on four planes of the canvas' size, and says until when it is shown, in milliseconds
// from the beginning. IKWEBP_TRUNCATED behind the last.
int ikwebp_next(ikwebp_sequence *s, const ikwebp_plane *planes, int *until);

void ikwebp_close(ikwebp_sequence *s);

// ikwebp_split takes every fourth byte.
void ikwebp_split(const uint8_t *restrict from, uint8_t *restrict to, int width);

typedef struct {
	int width, height;
	ikwebp_plane planes[IKWEBP_PLANES];   // Y, U, V or, for lossless, R, G, B; a grey picture has Y alone
	int quality, method, shaping, filter; // libwebp's quality, method, sns_strength, filter_strength
	bool lossless;
	int loss; // of lossless pictures
} ikwebp_job;

typedef struct {
	uint8_t *bytes; // to be freed with ikwebp_free
	size_t len;
	int error; // libwebp's WebPEncodingError
} ikwebp_result;

// ikwebp_encode writes a picture in the simple file format; alpha of a lossy job is left out. It may overwrite samples
// under fully transparent pixels of a lossy job.
int ikwebp_encode(const ikwebp_job *job, ikwebp_result *result);

// ikwebp_pack interleaves the job's R, G, B and alpha into memory of the picture's own. ikwebp_configure makes libwebp's
// settings of a job's.
struct WebPPicture;
struct WebPConfig;
bool ikwebp_pack(const ikwebp_job *job, struct WebPPicture *to);
bool ikwebp_configure(const ikwebp_job *job, struct WebPConfig *config);

// A moving picture on its way.
typedef struct ikwebp_animation ikwebp_animation;

// ikwebp_animate begins one of the job's size and settings that is shown so many times, 0 for without end. mixed lets each
// frame be lossless where that is smaller. NULL without memory.
ikwebp_animation *ikwebp_animate(const ikwebp_job *job, int plays, bool mixed);

// ikwebp_add adds a frame of R, G, B and alpha that is shown from a time on, in milliseconds. error is libwebp's.
int ikwebp_add(ikwebp_animation *a, const ikwebp_job *job, int from, int *error);

// ikwebp_assemble writes the file of all frames; the last one ends at a time.
int ikwebp_assemble(ikwebp_animation *a, int end, ikwebp_result *result);

void ikwebp_end(ikwebp_animation *a);

void ikwebp_free(uint8_t *bytes);

#endif
