#include "shape.h"
#include "table.h"

#include <math.h>

static uint16_t *row(const ikcolor_planes *p, int i, int y) {
	return (uint16_t *)((char *)p->plane[i] + y * p->stride[i]);
}

static inline float most(float a, float b) { return a > b ? a : b; }

// gain is what the tone curve makes of light x, over x: see tone.go.
static float gain(const ikcolor_shaper *s, float x) {
	if (x <= 1) return s->white;
	if (x >= s->peak) return 1 / x;
	float ax = 1 - 2 * s->mid_x + s->peak, bx = 2 * s->mid_x - 2;
	float ay = s->white - 2 * s->mid_y + 1, by = 2 * s->mid_y - 2 * s->white;
	float t = 2 * (x - 1) / (bx + sqrtf(bx * bx + 4 * ax * (x - 1))); // stable where ax is about 0
	return (ay * t * t + by * t + s->white) / x;
}

static void compress(const ikcolor_shaper *s, float v[3]) {
	times(s->to_wide, v);
	if (s->hlg > 0) {
		float luminance = 0.2627f * v[0] + 0.6780f * v[1] + 0.0593f * v[2];
		float k = luminance > 0 ? powf(luminance, s->hlg) * (1000.0f / 203) : 0;
		for (int i = 0; i < 3; i++)
			v[i] *= k;
	}
	float k = gain(s, most(v[0], most(v[1], v[2])));
	for (int i = 0; i < 3; i++)
		v[i] *= k;
}

static void shape_row(uint16_t *const c[3], const uint16_t *alpha, int colors, int width, const ikcolor_shaper *s) {
	for (int x = 0; x < width; x++) {
		float whole = alpha ? (float)alpha[x] : 65535, v[3];
		if (whole == 0) continue;
		float down = 1 / whole;
		for (int i = 0; i < 3; i++)
			v[i] = look(s->curve[i], clip((float)c[i][x] * down));
		if (s->tone) compress(s, v);
		times(s->to_srgb, v);
		for (int i = 0; i < colors; i++)
			c[i][x] = (uint16_t)(look(s->encode, clip(v[i])) * (whole * (1.0f / 65535)) + 0.5f);
	}
}

void ikcolor_shape(const ikcolor_planes *p, int width, int height, const ikcolor_shaper *s) {
	for (int y = 0; y < height; y++) {
		uint16_t *c[3];
		for (int i = 0; i < 3; i++)
			c[i] = row(p, i < p->colors ? i : 0, y); // grey is red, green and blue alike
		shape_row(c, p->plane[p->colors] ? row(p, p->colors, y) : NULL, p->colors, width, s);
	}
}
