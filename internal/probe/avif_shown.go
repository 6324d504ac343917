package probe

// cleanAperture returns the size that is shown of a picture: what its clean aperture (clap, ISO/IEC 14496-12 §12.1.4)
// leaves at the top left, which is what hardware encoders use to cut their padding off. One that begins elsewhere hides
// a part of the picture that anybody can bring back; Chromium ignores it for that reason, like an impossible one, and
// so it is done here.
func cleanAperture(p picture) (width, height int64) {
	b, ok := find(p.properties, "clap")
	c := cursor{b: b}
	signed := func() int64 { return int64(int32(c.uint(4))) }
	w, wUnit, h, hUnit := signed(), signed(), signed(), signed()
	x, xUnit, y, yUnit := signed(), signed(), signed(), signed()
	if !ok || c.short || min(wUnit, hUnit, xUnit, yUnit) <= 0 || w%wUnit != 0 || h%hUnit != 0 {
		return p.width, p.height
	}
	w, h = w/wUnit, h/hUnit
	inside := 0 < w && w <= p.width && 0 < h && h <= p.height
	// The offset is that of the centres: half of what is cut off, negative to the left.
	if !inside || 2*x != (w-p.width)*xUnit || 2*y != (h-p.height)*yUnit {
		return p.width, p.height
	}
	return w, h
}

// peak returns the brightest light of its pixels that a picture states in cd/m² (clli, ISO/IEC 14496-12 §12.1.7); 0 =
// nothing. What the display it was made on could do (mdcv) does not count, as in browsers.
func peak(properties []box) int {
	b, _ := find(properties, "clli")
	c := cursor{b: b}
	return int(c.uint(2))
}
