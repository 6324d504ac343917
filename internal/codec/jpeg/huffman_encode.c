//go:build cgo

#include "huffman.h"

#include <string.h>

#include <jerror.h>

#if IKJPEG_OWN_HUFFMAN

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define SYMBOLS 256
#define CHUNK (64 << 10)
#define AC_BITS 10                // of a coefficient of 8-bit samples; a difference of means has one more
#define BLOCK_BYTES (64 * 27 / 8) // of a block at most, before zeros are stuffed
#define ZRL 0xf0                  // sixteen zeros

// Blocks wait here until the tables are made: a word that says which coefficients are not zero, bit k for the kth in
// zigzag order, then these coefficients, the first of them always, as the difference of means that is coded.
typedef struct chunk {
	struct chunk *next;
	size_t used;
	uint8_t bytes[CHUNK];
} chunk;

// A Huffman table: how often its symbols come, and then their codes.
typedef struct {
	long count[SYMBOLS + 1];
	uint32_t code[SYMBOLS];
	uint8_t size[SYMBOLS];
} table;

typedef struct {
	struct jpeg_entropy_encoder pub;
	void (*write_scan_header)(j_compress_ptr);
	chunk *first, *last;
	uint64_t order[16][16]; // zigzag bits of four coefficients in a row, by which four and which of them
	int mean[MAX_COMPS_IN_SCAN];
	table dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
} encoder;

static void prepare_order(encoder *e) {
	for (int k = 0; k < DCTSIZE2; k++)
		for (int four = 0; four < 16; four++)
			if (four >> (ikjpeg_zigzag[k] & 3) & 1) e->order[ikjpeg_zigzag[k] >> 2][four] |= (uint64_t)1 << k;
}

// nonzero returns which coefficients are not zero, bit i for the ith in rows.
static uint64_t nonzero(const JCOEF *block) {
	uint64_t bits = 0;
#if defined(__SSE2__)
	for (int i = 0; i < 4; i++) {
		const __m128i *at = (const __m128i *)(block + 16 * i);
		__m128i both =
			_mm_packs_epi16(_mm_loadu_si128(at), _mm_loadu_si128(at + 1)); // saturates: zero stays the only zero
		bits |= (uint64_t)(0xffff & ~_mm_movemask_epi8(_mm_cmpeq_epi8(both, _mm_setzero_si128()))) << (16 * i);
	}
#else
	for (int i = 0; i < DCTSIZE2; i++)
		bits |= (uint64_t)(block[i] != 0) << i;
#endif
	return bits;
}

static uint64_t in_zigzag(const encoder *e, uint64_t rows) {
	uint64_t bits = 0;
	for (int i = 0; i < 16; i++)
		bits |= e->order[i][rows >> (4 * i) & 15];
	return bits;
}

// bits_of returns how many bits a value takes (T.81 table F.1).
static inline int bits_of(int v) { return v == 0 ? 0 : 32 - __builtin_clz(v < 0 ? -v : v); }

// room returns where the next block goes.
static uint8_t *room(j_compress_ptr cinfo, encoder *e) {
	if (e->last == NULL || CHUNK - e->last->used < sizeof(uint64_t) + DCTSIZE2 * sizeof(int16_t)) {
		chunk *c = cinfo->mem->alloc_large((j_common_ptr)cinfo, JPOOL_IMAGE, sizeof *c);
		c->next = NULL;
		c->used = 0;
		*(e->last == NULL ? &e->first : &e->last->next) = c;
		e->last = c;
	}
	return e->last->bytes + e->last->used;
}

static inline uint8_t *put(uint8_t *to, int16_t v) {
	memcpy(to, &v, sizeof v);
	return to + sizeof v;
}

// take counts the symbols of a block and keeps it.
static void take(j_compress_ptr cinfo, encoder *e, const JCOEF *block, int component) {
	const jpeg_component_info *comp = cinfo->cur_comp_info[component];
	long *count = e->ac[comp->ac_tbl_no].count;
	uint8_t *start = room(cinfo, e), *to = start + sizeof(uint64_t);
	int diff = block[0] - e->mean[component], size = bits_of(diff), seen = 0;
	e->mean[component] = block[0];
	if (size > AC_BITS + 1) ERREXIT(cinfo, JERR_BAD_DCT_COEF);
	e->dc[comp->dc_tbl_no].count[size]++;
	uint64_t all = in_zigzag(e, nonzero(block)) | 1;
	memcpy(start, &all, sizeof all);
	to = put(to, diff);
	int before = 0;
	for (uint64_t bits = all & (all - 1); bits != 0; bits &= bits - 1) {
		int k = __builtin_ctzll(bits), run = k - before - 1;
		int v = block[ikjpeg_zigzag[k]];
		to = put(to, v);
		seen |= v < 0 ? -v : v;
		count[ZRL] += run >> 4;
		count[((run & 15) << 4) + bits_of(v)]++;
		before = k;
	}
	if (bits_of(seen) > AC_BITS) ERREXIT(cinfo, JERR_BAD_DCT_COEF);
	count[0] += before < DCTSIZE2 - 1;
	e->last->used += to - start;
}

static boolean encode_mcu(j_compress_ptr cinfo, JBLOCKROW *mcu) {
	encoder *e = (encoder *)cinfo->entropy;
	for (int i = 0; i < cinfo->blocks_in_MCU; i++)
		take(cinfo, e, mcu[i][0], cinfo->MCU_membership[i]);
	return TRUE;
}

// lengths finds how many bits each symbol's code takes (T.81 K.2, figure K.1) and clobbers the counts. A symbol that
// stands for none takes part, so that no code is all ones.
static void lengths(long *count, int *size) {
	int next[SYMBOLS + 1];
	memset(size, 0, (SYMBOLS + 1) * sizeof *size);
	memset(next, -1, sizeof next);
	count[SYMBOLS] = 1;
	for (;;) {
		int least = -1, second = -1; // of equal ones the larger symbol
		for (int i = 0; i <= SYMBOLS; i++) {
			if (count[i] == 0) continue;
			if (least < 0 || count[i] <= count[least]) {
				second = least;
				least = i;
			} else if (second < 0 || count[i] <= count[second])
				second = i;
		}
		if (second < 0) return;
		count[least] += count[second];
		count[second] = 0;
		int last = least;
		for (size[last]++; next[last] >= 0; size[last]++)
			last = next[last];
		next[last] = second;
		for (int i = second; i >= 0; i = next[i])
			size[i]++;
	}
}

// make turns counts into a table: codes of at most 16 bits (figure K.3), the symbols by growing code.
static void make(long *count, JHUFF_TBL *to) {
	int size[SYMBOLS + 1], bits[SYMBOLS + 2] = {0}, longest = 0;
	lengths(count, size);
	for (int i = 0; i <= SYMBOLS; i++) {
		bits[size[i]]++;
		if (size[i] > longest) longest = size[i];
	}
	int n = 0;
	for (int length = 1; length <= longest; length++)
		for (int i = 0; i < SYMBOLS; i++)
			if (size[i] == length) to->huffval[n++] = i;
	int length = longest;
	for (; length > 16; length--)
		while (bits[length] > 0) {
			int j = length - 2;
			while (bits[j] == 0)
				j--;
			bits[length] -= 2;
			bits[length - 1]++;
			bits[j + 1] += 2;
			bits[j]--;
		}
	while (bits[length] == 0)
		length--;
	bits[length]--; // the symbol that stands for none
	to->bits[0] = 0;
	for (int i = 1; i <= 16; i++)
		to->bits[i] = bits[i];
	to->sent_table = FALSE;
}

// settle makes a table and its codes (T.81 C.2).
static void settle(j_compress_ptr cinfo, table *t, JHUFF_TBL **to) {
	if (*to == NULL) *to = jpeg_alloc_huff_table((j_common_ptr)cinfo);
	make(t->count, *to);
	uint32_t code = 0;
	for (int length = 1, n = 0; length <= 16; length++, code <<= 1)
		for (int i = 0; i < (*to)->bits[length]; i++, n++) {
			t->code[(*to)->huffval[n]] = code++;
			t->size[(*to)->huffval[n]] = length;
		}
}

static void settle_all(j_compress_ptr cinfo, encoder *e) {
	bool dc[NUM_HUFF_TBLS] = {false}, ac[NUM_HUFF_TBLS] = {false};
	for (int i = 0; i < cinfo->comps_in_scan; i++) {
		int d = cinfo->cur_comp_info[i]->dc_tbl_no, a = cinfo->cur_comp_info[i]->ac_tbl_no;
		if (!dc[d]) settle(cinfo, &e->dc[d], &cinfo->dc_huff_tbl_ptrs[d]);
		if (!ac[a]) settle(cinfo, &e->ac[a], &cinfo->ac_huff_tbl_ptrs[a]);
		dc[d] = ac[a] = true;
	}
}

// Bits on their way out: the lower count of acc, fewer than 32 between two codes.
typedef struct {
	uint64_t acc;
	int count;
	uint8_t *to;
} writer;

static inline void byte_out(writer *w, uint8_t v) {
	*w->to++ = v;
	if (v == 0xff) *w->to++ = 0;
}

// code_out writes a symbol and the bits of its value (T.81 F.1.2.1).
static inline void code_out(writer *w, const table *t, int symbol, int v, int size) {
	uint32_t value = (uint32_t)(v + (v >> 31)) & ((1u << size) - 1);
	w->acc = w->acc << (t->size[symbol] + size) | ((uint64_t)t->code[symbol] << size | value);
	w->count += t->size[symbol] + size;
	if (w->count < 32) return;
	w->count -= 32;
	uint32_t word = (uint32_t)(w->acc >> w->count);
	if ((word & 0x80808080 & ~(word + 0x01010101)) == 0) { // no byte of it is 0xff
		word = __builtin_bswap32(word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap32(word);
#endif
		memcpy(w->to, &word, sizeof word);
		w->to += sizeof word;
		return;
	}
	for (int shift = 24; shift >= 0; shift -= 8)
		byte_out(w, word >> shift);
}

static const uint8_t *block_out(writer *w, const table *dc, const table *ac, const uint8_t *from) {
	uint64_t bits;
	int16_t v;
	memcpy(&bits, from, sizeof bits);
	from += sizeof bits;
	memcpy(&v, from, sizeof v);
	from += sizeof v;
	code_out(w, dc, bits_of(v), v, bits_of(v));
	int before = 0;
	for (bits &= bits - 1; bits != 0; bits &= bits - 1) {
		int k = __builtin_ctzll(bits), run = k - before - 1;
		memcpy(&v, from, sizeof v);
		from += sizeof v;
		for (; run > 15; run -= 16)
			code_out(w, ac, ZRL, 0, 0);
		int size = bits_of(v);
		code_out(w, ac, run << 4 | size, v, size);
		before = k;
	}
	if (before < DCTSIZE2 - 1) code_out(w, ac, 0, 0, 0);
	return from;
}

// send gives bytes to the destination.
static void send(j_compress_ptr cinfo, const uint8_t *bytes, size_t n) {
	while (n > 0) {
		struct jpeg_destination_mgr *dest = cinfo->dest;
		size_t part = n < dest->free_in_buffer ? n : dest->free_in_buffer;
		memcpy(dest->next_output_byte, bytes, part);
		dest->next_output_byte += part;
		dest->free_in_buffer -= part;
		bytes += part;
		n -= part;
		if (dest->free_in_buffer == 0 && !dest->empty_output_buffer(cinfo)) ERREXIT(cinfo, JERR_CANT_SUSPEND);
	}
}

// finish_pass writes what the first header and every block waited for.
static void finish_pass(j_compress_ptr cinfo) {
	encoder *e = (encoder *)cinfo->entropy;
	settle_all(cinfo, e);
	e->write_scan_header(cinfo);
	uint8_t bytes[4096];
	writer w = {.to = bytes};
	int block = 0;
	for (const chunk *c = e->first; c != NULL; c = c->next)
		for (const uint8_t *at = c->bytes; at < c->bytes + c->used;) {
			const jpeg_component_info *comp = cinfo->cur_comp_info[cinfo->MCU_membership[block]];
			at = block_out(&w, &e->dc[comp->dc_tbl_no], &e->ac[comp->ac_tbl_no], at);
			block = block + 1 == cinfo->blocks_in_MCU ? 0 : block + 1;
			if (bytes + sizeof bytes - w.to < 2 * BLOCK_BYTES + 16) {
				send(cinfo, bytes, w.to - bytes);
				w.to = bytes;
			}
		}
	for (; w.count >= 8; w.count -= 8)
		byte_out(&w, w.acc >> (w.count - 8));
	if (w.count > 0) // ones fill the last byte
		byte_out(&w, w.acc << (8 - w.count) | 0xff >> w.count);
	send(cinfo, bytes, w.to - bytes);
}

static void later(j_compress_ptr cinfo) { (void)cinfo; }

void ikjpeg_huffman_encode(struct jpeg_compress_struct *c) {
	encoder *e = c->mem->alloc_large((j_common_ptr)c, JPOOL_IMAGE, sizeof *e);
	memset(e, 0, sizeof *e);
	prepare_order(e);
	e->write_scan_header = c->marker->write_scan_header;
	c->marker->write_scan_header = later;
	e->pub = *c->entropy;
	e->pub.encode_mcu = encode_mcu;
	e->pub.finish_pass = finish_pass;
	c->entropy = &e->pub;
}

#endif
