#ifndef IMAGEKIT_COLOR_SHAPE_H
#define IMAGEKIT_COLOR_SHAPE_H

#include "lcms.h"
#include "table.h"

// What is done to each colour, on the light of its three channels:
// curve, then with tone: hlg, to_wide, the tone curve; then to_srgb, clipping, sRGB's own curve. From sRGB to another gamut
// the last two are that gamut's.
typedef struct {
	const float *curve[3]; // code to light, IKCOLOR_POINTS each
	const float *encode;   // light to the result's code in 0…65535, IKCOLOR_POINTS
	float to_srgb[9];      // rows for red, green, blue
	int tone;              // 0 = light is 0…1 and is not compressed
	float hlg;             // exponent of luminance that the display adds to HLG (ITU-R BT.2100), 0 = none
	float to_wide[9];      // to BT.2020, where the brightest channel decides
	float peak;            // brightest light of the picture, 1 = reference white
	float white;           // what reference white becomes
	float mid_x, mid_y;    // the control point between white and peak
} ikcolor_shaper;

// ikcolor_shape works in place on one or three planes; with in->plane[colors] the samples are multiplied by that alpha.
void ikcolor_shape(const ikcolor_planes *p, int width, int height, const ikcolor_shaper *s);

#endif
