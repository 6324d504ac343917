#ifndef IMAGEKIT_COLOR_TABLE_H
#define IMAGEKIT_COLOR_TABLE_H

// Tables have IKCOLOR_STEPS steps from 0 to 1, one point more than steps, and another one that is only read.
enum { IKCOLOR_STEPS = 4096, IKCOLOR_POINTS = IKCOLOR_STEPS + 2 };

// look reads a table at v, 0…1, in a straight line between its points.
static inline float look(const float *table, float v) {
	v *= IKCOLOR_STEPS;
	int i = (int)v;
	return table[i] + (table[i + 1] - table[i]) * (v - (float)i);
}

static inline float clip(float v) { return v > 0 ? (v < 1 ? v : 1) : 0; }

static inline void times(const float m[9], float v[3]) {
	float a = v[0], b = v[1], c = v[2];
	for (int i = 0; i < 3; i++)
		v[i] = m[3 * i] * a + m[3 * i + 1] * b + m[3 * i + 2] * c;
}

#endif
