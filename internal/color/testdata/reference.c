// reference PROFILE FLAGS: doubles R, G, B from standard input through the profile to sRGB by lcms2 in floating point,
// without tables computed ahead. The output is clipped to 0…1. Built by precise_test.go.
#include <lcms2.h>
#include <stdio.h>

int main(int argc, char **argv) {
	cmsHPROFILE src = argc == 2 ? cmsOpenProfileFromFile(argv[1], "r") : NULL, dst = cmsCreate_sRGBProfile();
	if (!src) return 2;
	cmsHTRANSFORM t = cmsCreateTransform(src, TYPE_RGB_DBL, dst, TYPE_RGB_DBL, INTENT_RELATIVE_COLORIMETRIC,
		cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION);
	if (!t) return 3;
	double c[3];
	while (fread(c, sizeof c, 1, stdin) == 1) {
		cmsDoTransform(t, c, c, 1);
		for (int i = 0; i < 3; i++)
			c[i] = c[i] > 0 ? (c[i] < 1 ? c[i] : 1) : 0;
		fwrite(c, sizeof c, 1, stdout);
	}
	return 0;
}
