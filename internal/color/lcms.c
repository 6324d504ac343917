#include "lcms.h"
#include "table.h"

#include <lcms2.h>
#include <stdlib.h>

static uint16_t *row(const ikcolor_planes *p, int i, int y) {
	return (uint16_t *)((char *)p->plane[i] + y * p->stride[i]);
}

// gather interleaves one row and divides it by alpha.
static void gather(const ikcolor_planes *in, int y, int width, uint16_t *to) {
	int n = in->colors;
	const uint16_t *alpha = in->plane[n] ? row(in, n, y) : NULL;
	for (int i = 0; i < n; i++) {
		const uint16_t *from = row(in, i, y);
		for (int x = 0; x < width; x++) {
			uint32_t v = from[x];
			if (alpha) {
				uint32_t a = alpha[x];
				v = a ? (v * 65535u + a / 2) / a : 0;
				v = v > 65535 ? 65535 : v;
			}
			to[x * n + i] = (uint16_t)v;
		}
	}
}

// scatter is gather's inverse.
static void scatter(const uint16_t *from, const ikcolor_planes *out, int y, int width) {
	int n = out->colors;
	const uint16_t *alpha = out->plane[n] ? row(out, n, y) : NULL;
	for (int i = 0; i < n; i++) {
		uint16_t *to = row(out, i, y);
		for (int x = 0; x < width; x++) {
			uint32_t v = from[x * n + i];
			to[x] = alpha ? (uint16_t)((v * (uint32_t)alpha[x] + 32767u) / 65535u) : (uint16_t)v;
		}
	}
}

// srgb_gray is a grey profile with the curve of sRGB (IEC 61966-2-1).
static cmsHPROFILE srgb_gray(void) {
	cmsFloat64Number p[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
	cmsToneCurve *curve = cmsBuildParametricToneCurve(NULL, 4, p);
	if (!curve) return NULL;
	cmsHPROFILE h = cmsCreateGrayProfile(cmsD50_xyY(), curve);
	cmsFreeToneCurve(curve);
	return h;
}

static cmsHTRANSFORM transform_for(cmsHPROFILE src, int colors) {
	static const cmsColorSpaceSignature space[5] = {0, cmsSigGrayData, 0, cmsSigRgbData, cmsSigCmykData};
	static const cmsUInt32Number type[5] = {0, TYPE_GRAY_16, 0, TYPE_RGB_16, TYPE_CMYK_16};
	if (cmsGetColorSpace(src) != space[colors]) return NULL;
	cmsHPROFILE dst = colors == 1 ? srgb_gray() : cmsCreateLab4Profile(NULL);
	if (!dst) return NULL;
	// Relative colorimetric with black point compensation keeps in-gamut colours exact and shadows open.
	// lcms computes the transform ahead on a grid. It leads to L*, a*, b*, which know no gamut: what lies outside of
	// sRGB is cut after the grid, whose cells would smear it. The profile's own curves stay in front of the grid.
	// For CMYK the grid takes most of the time: 11 points a side instead of lcms's 17 cost 5 ms instead of 25.
	cmsUInt32Number grid = colors == 4 ? cmsFLAGS_GRIDPOINTS(11) : colors == 3 ? cmsFLAGS_GRIDPOINTS(33) : 0;
	cmsUInt32Number flags = cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE | cmsFLAGS_CLUT_PRE_LINEARIZATION | grid;
	cmsHTRANSFORM t = cmsCreateTransform(
		src, type[colors], dst, colors == 1 ? TYPE_GRAY_16 : TYPE_Lab_16, INTENT_RELATIVE_COLORIMETRIC, flags);
	cmsCloseProfile(dst);
	return t;
}

// light is CIE 1976's function of lightness, inverted.
static inline float light(float f) { return f > 6.0f / 29 ? f * f * f : 108.0f / 841 * (f - 4.0f / 29); }

// lab_to_srgb turns L*, a*, b* of ICC version 4 in words into codes of sRGB.
static void lab_to_srgb(uint16_t *v, int width, const ikcolor_srgb *srgb) {
	for (int x = 0; x < width; x++, v += 3) {
		float y = ((float)v[0] * (100.0f / 65535) + 16) / 116;
		float c[3] = {y + ((float)v[1] / 257 - 128) / 500, y, y - ((float)v[2] / 257 - 128) / 200};
		c[0] = 0.9642f * light(c[0]);
		c[1] = light(c[1]);
		c[2] = 0.8249f * light(c[2]);
		times(srgb->matrix, c);
		for (int i = 0; i < 3; i++)
			v[i] = (uint16_t)(look(srgb->encode, clip(c[i])) + 0.5f);
	}
}

int ikcolor_to_srgb(const void *profile, size_t len, const ikcolor_planes *in, const ikcolor_planes *out, int width,
	int height, const ikcolor_srgb *srgb) {
	cmsHPROFILE src = cmsOpenProfileFromMem(profile, (cmsUInt32Number)len);
	if (!src) return IKCOLOR_BAD_PROFILE;
	cmsHTRANSFORM t = transform_for(src, in->colors);
	cmsCloseProfile(src);
	if (!t) return IKCOLOR_BAD_PROFILE;
	uint16_t *a = malloc((size_t)width * 8), *b = malloc((size_t)width * 8);
	int status = a && b ? IKCOLOR_OK : IKCOLOR_NO_MEMORY;
	for (int y = 0; status == IKCOLOR_OK && y < height; y++) {
		gather(in, y, width, a);
		cmsDoTransform(t, a, b, (cmsUInt32Number)width);
		if (in->colors > 1) lab_to_srgb(b, width, srgb);
		scatter(b, out, y, width);
	}
	free(a);
	free(b);
	cmsDeleteTransform(t);
	return status;
}

int ikcolor_lcms_version(void) { return cmsGetEncodedCMMversion(); }
