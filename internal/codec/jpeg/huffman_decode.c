//go:build cgo

#include "huffman.h"

#include <stdlib.h>
#include <string.h>

#if IKJPEG_OWN_HUFFMAN

#define INLINE static inline __attribute__((always_inline))
#define LOOK 10                       // bits of a code that are looked up at once
#define MOST (10 * DCTSIZE2 * 31 / 8) // bytes of an MCU: 10 blocks of 64 codes of 16 bits, each with 15 bits of value
#define PAD (MOST + 32)               // zeros behind the last byte: an MCU, and what is read ahead of and behind it
#define CHUNK (32 << 10)              // bytes that are made ready at a time
#define END 128                       // the run of an end of block: more than any block holds

// A code and what follows from it, a byte each from the lowest: bits of the code and of the value behind it (0 = no
// code), bits of the code alone, bits of the value, zeros before it or END.
typedef uint32_t entry;

static inline unsigned total_of(entry e) { return e & 0xff; }
static inline unsigned code_of(entry e) { return e >> 8 & 0xff; }
static inline unsigned size_of(entry e) { return e >> 16 & 0xff; }
static inline unsigned run_of(entry e) { return e >> 24; }

// A Huffman table (T.81 C.2).
typedef struct {
	entry look[1 << LOOK];
	entry entries[256]; // by increasing code
	uint32_t limit[17]; // by length: one more than the last code of at most that length, as the start of 16 bits
	int first[17];      // by length: what to add to a code to find its entry
} table;

// Where the next bits are. acc holds them from the top; those below the first count may be there already.
typedef struct {
	uint64_t acc;
	int count; // 0…63
	const uint8_t *at;
} reader;

struct ikjpeg_huffman {
	const uint8_t *in, *in_end; // the source, stuffed zeros and all
	bool last;                  // what is ready goes to the end of the segment
	uint8_t *end;               // of what is ready, in bytes[]
	reader reader;
	bool (*decode)(ikjpeg_huffman *, JBLOCKROW *); // the blocks of an MCU
	unsigned to_go;                                // MCUs before the next restart
	int restart;                                   // its number, 0…7
	unsigned mean[MAX_COMPS_IN_SCAN];              // of the block before
	int blocks;                                    // of an MCU
	struct {
		const table *dc, *ac;
		int component;
		bool skip; // only the mean is wanted
	} block[D_MAX_BLOCKS_IN_MCU];
	table dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
	uint8_t bytes[CHUNK + PAD];
};

static entry meaning(int length, int symbol, bool dc) {
	int size = dc ? symbol : symbol & 15, run = dc ? 0 : symbol >> 4;
	if (!dc && size == 0 && run < 15) run = END;
	return (entry)(length + size) | (entry)length << 8 | (entry)size << 16 | (entry)run << 24;
}

// build returns false for a table that is none.
static bool build(table *t, const JHUFF_TBL *from, bool dc) {
	unsigned code = 0;
	int k = 0;
	memset(t->look, 0, sizeof t->look);
	for (int length = 1; length <= 16; length++, code <<= 1) {
		t->first[length] = k - (int)code;
		for (int i = 0; i < from->bits[length]; i++, code++, k++) {
			if (k > 255 || code >= 1u << length || (dc && from->huffval[k] > 15)) return false;
			t->entries[k] = meaning(length, from->huffval[k], dc);
			for (int j = 0; length <= LOOK && j < 1 << (LOOK - length); j++)
				t->look[(code << (LOOK - length)) + j] = t->entries[k];
		}
		t->limit[length] = code << (16 - length);
	}
	return true;
}

// find returns what the code at the start of 16 bits means when it is longer than LOOK.
static entry find(const table *t, uint32_t bits) {
	for (int length = LOOK + 1; length <= 16; length++)
		if (bits < t->limit[length]) return t->entries[t->first[length] + (int)(bits >> (16 - length))];
	return 0;
}

// refill leaves 56 bits at least: more than a code with its value, which are 31 at most.
INLINE void refill(reader *r) {
	uint64_t next;
	memcpy(&next, r->at, sizeof next);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	next = __builtin_bswap64(next);
#endif
	r->acc |= next >> r->count;
	r->at += (63 - r->count) >> 3;
	r->count |= 56;
}

INLINE entry next(reader *r, const table *t) {
	refill(r);
	entry e = t->look[r->acc >> (64 - LOOK)];
	if (__builtin_expect(e == 0, 0)) e = find(t, r->acc >> 48);
	return e;
}

// value returns the number behind the code (T.81 F.2.2.1, EXTEND), 0 when it has no bits.
INLINE int value(const reader *r, entry e) {
	uint64_t bits = r->acc << (code_of(e) & 63);
	int v = (int)(bits >> 1 >> (~size_of(e) & 63));
	return v + ((int)~((int64_t)bits >> 63) & (1 - (1 << size_of(e))));
}

INLINE void consume(reader *r, entry e) {
	r->acc <<= e & 63; // a code and its value have 31 bits at most
	r->count -= total_of(e);
}

// decode_block returns false where it cannot go on. block is zeroed; a run of zeros may write another one.
INLINE bool decode_block(reader *r, const table *dc, const table *ac, unsigned *mean, bool skip, JCOEF *block) {
	entry e = next(r, dc);
	if (e == 0) return false;
	*mean += (unsigned)value(r, e);
	consume(r, e);
	block[0] = (JCOEF)*mean;
	for (int k = 1; k < DCTSIZE2; k++) {
		e = next(r, ac);
		if (__builtin_expect(e == 0, 0)) return false;
		k += run_of(e);
		if (k >= DCTSIZE2) {
			consume(r, e);
			return k >= END;
		}
		if (!skip) block[ikjpeg_zigzag[k]] = (JCOEF)value(r, e);
		consume(r, e);
	}
	return true;
}

// feed makes more of the source ready: without the zeros stuffed behind 0xFF, up to the next marker.
static void feed(ikjpeg_huffman *h) {
	reader *r = &h->reader;
	r->at -= r->count >> 3;
	r->count &= 7;
	r->acc &= ~(~(uint64_t)0 >> r->count);
	size_t left = h->end - r->at;
	memmove(h->bytes, r->at, left);
	r->at = h->bytes;
	uint8_t *to = h->bytes + left, *full = h->bytes + CHUNK;
	while (to < full && h->in < h->in_end) {
		size_t n = full - to < h->in_end - h->in ? full - to : h->in_end - h->in;
		const uint8_t *mark = memchr(h->in, 0xff, n);
		if (mark != NULL) n = mark - h->in;
		memcpy(to, h->in, n);
		to += n;
		h->in += n;
		if (mark == NULL) continue;
		if (h->in_end - mark < 2 || mark[1] != 0) {
			h->last = true;
			break;
		}
		*to++ = 0xff;
		h->in += 2;
	}
	h->end = to;
	h->last |= h->in == h->in_end;
	memset(to, 0, PAD);
}

static inline void ensure(ikjpeg_huffman *h) {
	if (!h->last && h->end - h->reader.at < PAD) feed(h);
}

static void begin_segment(ikjpeg_huffman *h, unsigned interval) {
	h->last = false;
	h->end = h->bytes;
	h->reader = (reader){.at = h->bytes};
	h->to_go = interval;
	memset(h->mean, 0, sizeof h->mean);
}

// restart takes the marker that has to follow now.
static bool restart(ikjpeg_huffman *h, unsigned interval) {
	ensure(h);
	if (!h->last || h->reader.at - (h->reader.count >> 3) != h->end || h->in_end - h->in < 2 ||
		h->in[1] != JPEG_RST0 + h->restart)
		return false;
	h->in += 2;
	h->restart = (h->restart + 1) & 7;
	begin_segment(h, interval);
	return true;
}

INLINE bool decode_blocks(ikjpeg_huffman *h, JBLOCKROW *mcu) {
	reader r = h->reader;
	for (int i = 0; i < h->blocks; i++)
		if (!decode_block(
				&r, h->block[i].dc, h->block[i].ac, &h->mean[h->block[i].component], h->block[i].skip, mcu[i][0]))
			return false;
	h->reader = r;
	return r.at - h->end <= r.count >> 3; // else bits were missing
}

static bool decode_anywhere(ikjpeg_huffman *h, JBLOCKROW *mcu) { return decode_blocks(h, mcu); }

#if defined(__x86_64__)
// The shifts of BMI2 take one step instead of three, and decoding is nothing but shifts.
__attribute__((target("bmi2"))) static bool decode_bmi2(ikjpeg_huffman *h, JBLOCKROW *mcu) {
	return decode_blocks(h, mcu);
}

static bool (*fastest(void))(ikjpeg_huffman *, JBLOCKROW *) {
	return __builtin_cpu_supports("bmi2") ? decode_bmi2 : decode_anywhere;
}
#else
static bool (*fastest(void))(ikjpeg_huffman *, JBLOCKROW *) { return decode_anywhere; }
#endif

bool ikjpeg_huffman_decode(ikjpeg_huffman *h, unsigned interval, JBLOCKROW *mcu) {
	if (interval > 0) {
		if (h->to_go == 0 && !restart(h, interval)) return false;
		h->to_go--;
	}
	ensure(h);
	return h->decode(h, mcu);
}

// fits reports whether this is a scan for us, and nothing but this scan.
static bool fits(struct jpeg_decompress_struct *c) {
	return !c->progressive_mode && !c->arith_code && !jpeg_has_multiple_scans(c) && c->data_precision == 8 &&
		c->unread_marker == 0 && c->comps_in_scan == c->num_components && c->blocks_in_MCU <= D_MAX_BLOCKS_IN_MCU;
}

static bool build_all(ikjpeg_huffman *h, const struct jpeg_decompress_struct *c) {
	for (int i = 0; i < c->comps_in_scan; i++) {
		int dc = c->cur_comp_info[i]->dc_tbl_no, ac = c->cur_comp_info[i]->ac_tbl_no;
		if (!build(&h->dc[dc], c->dc_huff_tbl_ptrs[dc], true) || !build(&h->ac[ac], c->ac_huff_tbl_ptrs[ac], false))
			return false;
	}
	return true;
}

ikjpeg_huffman *ikjpeg_huffman_new(struct jpeg_decompress_struct *c) {
	if (!fits(c)) return NULL;
	ikjpeg_huffman *h = malloc(sizeof *h);
	if (h == NULL || !build_all(h, c)) {
		free(h);
		return NULL;
	}
	h->in = c->src->next_input_byte;
	h->in_end = h->in + c->src->bytes_in_buffer;
	h->restart = 0;
	h->decode = fastest();
	h->blocks = c->blocks_in_MCU;
	for (int i = 0; i < h->blocks; i++) {
		h->block[i].component = c->MCU_membership[i];
		const jpeg_component_info *comp = c->cur_comp_info[h->block[i].component];
		h->block[i].dc = &h->dc[comp->dc_tbl_no];
		h->block[i].ac = &h->ac[comp->ac_tbl_no];
		h->block[i].skip = IKJPEG_SCALED(comp) == 1;
	}
	begin_segment(h, c->restart_interval);
	return h;
}

#endif
