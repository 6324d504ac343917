//go:build cgo

package avif

// The limits of a tile (AV1 specification §3, constants). A picture that one tile cannot hold has to be divided.
const (
	maxTileWidth = 4096
	maxTileArea  = 4096 * 2304
)

// superblock is the side of the largest square that tiles consist of. libaom may take 64 pixels, with which a picture
// is padded less and may do with fewer tiles; more are allowed.
const superblock = 128

// tileColumns returns the binary logarithm of how many columns of tiles a picture is divided into: so many that every
// column is one tile. Where rows are needed besides, libaom from 3.5 on counts them, for pictures beyond level 6 (above
// 8704 pixels high, say), by twice the area that is specified, and no other decoder reads what it writes then. With this
// many columns the rule of §5.9.15 (tile_info) asks for no rows by either area, so that all agree. There are always
// enough superblocks across: a picture of at most 65536 rows that needs n tiles is more than 72·n pixels wide, and a
// column may be one superblock of 64.
func tileColumns(width, height int) int {
	across, down := (width+superblock-1)/superblock, (height+superblock-1)/superblock
	return max(doublings(maxTileWidth/superblock, across), doublings(maxTileArea/(superblock*superblock), across*down))
}

// doublings returns how often size has to be doubled to be at least want (tile_log2 in §5.9.16).
func doublings(size, want int) (n int) {
	for size<<n < want {
		n++
	}
	return n
}
