package webp

import (
	"cmp"
	"slices"
)

// The alphabets: samples and prefixes of lengths share one.
const (
	samples          = 256
	lengthPrefixes   = 24
	distancePrefixes = 40
)

// group is how often symbols occur in a part of the picture.
type group struct {
	green    [samples + lengthPrefixes]uint32
	distance [distancePrefixes]uint32
}

// add adds another group's counts.
func (g *group) add(o *group) {
	for i, n := range o.green {
		g.green[i] += n
	}
	for i, n := range o.distance {
		g.distance[i] += n
	}
}

// size estimates the bits that the group's symbols take, with its codes.
func (g *group) size() float64 {
	a, used := entropy(g.green[:])
	b, more := entropy(g.distance[:])
	const perSymbol, perGroup = 5, 60 // of the codes themselves
	return a + b + perSymbol*float64(used+more) + perGroup
}

// lossless is a picture of one channel, on its way to a VP8L stream.
type lossless struct {
	p       []byte // what the predictors left
	width   int
	tile    uint    // log2 of the side of the squares that have predictors and codes of their own
	modes   []uint8 // the tiles' predictors; nil when p is the picture itself
	cost    [samples]uint32
	matches []match
}

// newLossless chooses predictors for the samples of a picture that is not empty, or none where repetitions are found
// better without: text is that way.
func newLossless(plain []byte, width int) *lossless {
	l := &lossless{p: plain, width: width, tile: 4}
	for l.across()*l.down() > maxTiles {
		l.tile++
	}
	other := *l
	l.p, l.modes = predict(plain, width, l.tile)
	l.find()
	other.find()
	if other.estimate() < l.estimate() {
		return &other
	}
	return l
}

func (l *lossless) find() {
	l.cost = costs(l.p)
	l.matches = matches(l.p, l.width, &l.cost)
}

// estimate is about how many bits the picture takes with one set of codes.
func (l *lossless) estimate() float64 {
	var all group
	extra := uint(0)
	l.walk(func(_ int, literals []byte, m *match) {
		all.count(literals, m, l.width)
		if m != nil {
			_, _, a := symbol(uint32(m.length))
			_, _, b := symbol(distanceCode(m.distance, int32(l.width)))
			extra += a + b
		}
	})
	return all.size() + float64(extra)
}

// maxTiles bounds what choosing codes takes.
const maxTiles = 4096

func (l *lossless) across() int { return (l.width + 1<<l.tile - 1) >> l.tile }
func (l *lossless) down() int   { return (len(l.p)/l.width + 1<<l.tile - 1) >> l.tile }

func (g *group) count(literals []byte, m *match, width int) {
	for _, v := range literals {
		g.green[v]++
	}
	if m != nil {
		s, _, _ := symbol(uint32(m.length))
		g.green[samples+s]++
		s, _, _ = symbol(distanceCode(m.distance, int32(width)))
		g.distance[s]++
	}
}

// walk visits the picture in order: literal samples, as far as they lie in one row of one tile, and matches.
func (l *lossless) walk(visit func(tile int, literals []byte, m *match)) {
	at, x, y := 0, 0, 0
	across := l.across()
	literals := func(end int) {
		for at < end {
			n := min(end-at, l.width-x, (x|(1<<l.tile-1))+1-x)
			visit((y>>l.tile)*across+x>>l.tile, l.p[at:at+n], nil)
			at, x = at+n, x+n
			if x == l.width {
				x, y = 0, y+1
			}
		}
	}
	for i := range l.matches {
		m := &l.matches[i]
		literals(int(m.at))
		visit((y>>l.tile)*across+x>>l.tile, nil, m)
		at += int(m.length)
		x, y = at%l.width, at/l.width
	}
	literals(len(l.p))
}

// What choosing codes starts from: tiles sorted by how busy they are, in so many groups of equally many samples.
const firstGroups = 16

// groups says for every tile which codes it has, and counts each group's symbols.
func (l *lossless) groups() (of []uint8, list []group) {
	order, weights := l.byBusyness()
	total := 0
	for _, n := range weights {
		total += n
	}
	of, list = make([]uint8, len(order)), make([]group, firstGroups)
	done := 0
	for _, tile := range order {
		of[tile] = uint8(min(firstGroups*done/max(total, 1), firstGroups-1))
		done += weights[tile]
	}
	l.walk(func(tile int, literals []byte, m *match) { list[of[tile]].count(literals, m, l.width) })
	return merge(of, list)
}

// byBusyness sorts the tiles by the bits their literal samples would take on average with one code for all, and says
// how many of these each has.
func (l *lossless) byBusyness() (order, weights []int) {
	mean := make([]float64, l.across()*l.down())
	order, weights = make([]int, len(mean)), make([]int, len(mean))
	l.walk(func(tile int, literals []byte, _ *match) {
		for _, v := range literals {
			mean[tile] += float64(l.cost[v])
		}
		weights[tile] += len(literals)
	})
	for tile := range mean {
		order[tile] = tile
		mean[tile] /= float64(max(weights[tile], 1))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	return order, weights
}

// merge joins neighbouring groups as long as that saves bits, and numbers anew.
func merge(of []uint8, list []group) ([]uint8, []group) {
	now := make([]uint8, len(list)) // where each of the first groups is by now
	sizes := make([]float64, len(list))
	for i := range list {
		now[i], sizes[i] = uint8(i), list[i].size()
	}
	for len(list) > 1 {
		best, at, joined := 0.0, -1, 0.0
		for i := range list[1:] {
			both := list[i]
			both.add(&list[i+1])
			if size := both.size(); sizes[i]+sizes[i+1]-size > best {
				best, at, joined = sizes[i]+sizes[i+1]-size, i, size
			}
		}
		if at < 0 {
			break
		}
		list[at].add(&list[at+1])
		sizes[at] = joined
		list, sizes = slices.Delete(list, at+1, at+2), slices.Delete(sizes, at+1, at+2)
		for i := range now {
			if int(now[i]) > at {
				now[i]--
			}
		}
	}
	for i := range of {
		of[i] = now[of[i]]
	}
	return of, list
}

// codes are a group's prefix codes; those of the other channels need no bits.
type codes struct{ green, distance prefixCode }

// write appends the stream (RFC 9649 section 3.8.2, without the image header): the predictor transform if there are
// predictors, no colour cache, and prefix codes for every tile unless one set of them does for all.
func (l *lossless) write(header []byte) []byte {
	const transform, predictor, noMore = 1, 0, 0
	b := &bitWriter{out: header}
	if l.modes != nil {
		b.put(transform, 1)
		b.put(predictor, 2)
		b.put(uint32(l.tile-2), 3)
		writeMap(b, l.modes, l.across())
	}
	b.put(noMore, 1)
	b.put(0, 1) // colour cache
	of, list := l.groups()
	if len(list) == 1 {
		b.put(0, 1)
	} else {
		b.put(1, 1)
		b.put(uint32(l.tile-2), 3)
		writeMap(b, of, l.across())
	}
	l.writePicture(b, of, list)
	return b.finish()
}

// writeMap writes a number for each tile, as a picture of its own.
func writeMap(b *bitWriter, numbers []uint8, across int) {
	m := &lossless{p: numbers, width: across, tile: oneTile}
	m.find()
	var all group
	m.walk(func(_ int, literals []byte, at *match) { all.count(literals, at, across) })
	b.put(0, 1) // colour cache
	m.writePicture(b, []uint8{0}, []group{all})
}

// oneTile is the side of a tile larger than any picture, as log2.
const oneTile = 14

// writePicture writes the groups' codes and then the picture in them; of says for every tile which group it has.
func (l *lossless) writePicture(b *bitWriter, of []uint8, list []group) {
	all := make([]codes, len(list))
	for i := range list {
		g := &list[i]
		if !slices.ContainsFunc(g.green[:samples], func(n uint32) bool { return n > 0 }) {
			g.green[0] = 1 // a code of one symbol wants it below 256
		}
		all[i] = codes{newPrefixCode(g.green[:], maxCodeLength), newPrefixCode(g.distance[:], maxCodeLength)}
		all[i].green.write(b, g.green[:])
		for range 3 { // red, blue and alpha: one symbol, 0
			b.put(0b0001, 4)
		}
		all[i].distance.write(b, g.distance[:])
	}
	l.walk(func(tile int, literals []byte, m *match) {
		c := &all[of[tile]]
		for _, v := range literals {
			b.put(uint32(c.green.bits[v]), uint(c.green.length[v]))
		}
		if m != nil {
			c.writeMatch(b, m, int32(l.width))
		}
	})
}

func (c *codes) writeMatch(b *bitWriter, m *match, width int32) {
	s, extra, n := symbol(uint32(m.length))
	b.put(uint32(c.green.bits[samples+s]), uint(c.green.length[samples+s]))
	b.put(extra, n)
	s, extra, n = symbol(distanceCode(m.distance, width))
	b.put(uint32(c.distance.bits[s]), uint(c.distance.length[s]))
	b.put(extra, n)
}
