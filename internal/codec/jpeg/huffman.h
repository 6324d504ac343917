// Huffman coding in place of libjpeg's, for the scans that most files have: sequential, all components in one scan.
// It gives the same coefficients and the same bytes in less time, and hands whatever is unusual back to libjpeg.
// It stands where libjpeg's own entropy coder stands, by the interface in jpegint.h, which Debian installs; without
// that header everything is left to libjpeg.
#ifndef IMAGEKIT_JPEG_HUFFMAN_H
#define IMAGEKIT_JPEG_HUFFMAN_H

#include "jpeg.h"

#if __has_include(<jpegint.h>)
#include <jpegint.h>
#define IKJPEG_OWN_HUFFMAN 1
#endif

// libjpeg's interface of version 7 split the scaled block size in two, which libjpeg-turbo keeps equal.
#if JPEG_LIB_VERSION >= 70
#define IKJPEG_SCALED(comp) ((comp)->DCT_h_scaled_size)
#define IKJPEG_MIN_SCALED(cinfo) ((cinfo)->min_DCT_h_scaled_size)
#else
#define IKJPEG_SCALED(comp) ((comp)->DCT_scaled_size)
#define IKJPEG_MIN_SCALED(cinfo) ((cinfo)->min_DCT_scaled_size)
#endif

// Where the kth coefficient of a block is (T.81 figure A.6).
static const uint8_t ikjpeg_zigzag[DCTSIZE2] = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33,
	40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58,
	59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

typedef struct ikjpeg_huffman ikjpeg_huffman;

// ikjpeg_huffman_new returns a decoder for the scan that c, after jpeg_start_decompress, is at; NULL when the scan is
// not of the usual kind, or without memory. The source has to be in memory. To be freed with free().
ikjpeg_huffman *ikjpeg_huffman_new(struct jpeg_decompress_struct *c);

// ikjpeg_huffman_decode reads one MCU into zeroed blocks. It returns false at anything that libjpeg would have to say
// a word about: then the picture has to be decoded again by libjpeg. interval is the restart interval in MCUs.
bool ikjpeg_huffman_decode(ikjpeg_huffman *h, unsigned interval, JBLOCKROW *mcu);

#if IKJPEG_OWN_HUFFMAN
// ikjpeg_huffman_encode takes over the one scan that c, after jpeg_start_compress, is about to write. It gets the
// Huffman tables that fit it best, the same as by optimize_coding, which has to be off.
void ikjpeg_huffman_encode(struct jpeg_compress_struct *c);
#endif

#endif
