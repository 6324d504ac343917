package probe

// luminance is the quantisation table of T.81 §K.1, which libjpeg scales by its quality. The order does not matter here.
var luminance = [64]int{
	16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
	18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
}

// tables reads a segment of quantisation tables (T.81 §B.2.4.1) and keeps the sum of each.
func (h *jpegHeader) tables(b []byte) {
	for c := (cursor{b: b}); len(c.b) > 0 && !c.short; {
		head := c.uint(1)
		size := 1 + int(head>>4&1) // bytes per entry
		sum := 0
		for range luminance {
			sum += int(c.uint(size))
		}
		h.steps[head&3] = sum
	}
}

// qualityOf returns the quality 1…100 at which libjpeg's luminance table is nearest to one of this sum without being
// finer, 0 when there is no table. Other encoders' tables have other shapes; their sum tells how coarse they are.
func qualityOf(sum int) int {
	if sum == 0 {
		return 0
	}
	for q := 100; q > 1; q-- {
		if tableSum(q) >= sum {
			return q
		}
	}
	return 1
}

// tableSum is the sum of libjpeg's luminance table at a quality (jpeg_quality_scaling and jpeg_add_quant_table).
func tableSum(quality int) (sum int) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	for _, v := range luminance {
		sum += min(max((v*scale+50)/100, 1), 255)
	}
	return sum
}
