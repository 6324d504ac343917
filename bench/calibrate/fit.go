package main

import (
	"math"
	"slices"
)

// fitted are the qualities on the JPEG scale at which the other encoders' numbers are found from measurements. The
// ends of the scale are not: 1 continues the line through the first two, 100 is 100.
var fitted = []int{10, 20, 30, 40, 50, 60, 70, 80, 90, 95}

// point is one row of a table: an encoder's own number looks like this quality on the JPEG scale.
type point struct{ jpeg, own int }

// equals returns, per picture, the number of an encoder at which a metric sees the distance a JPEG of quality q has.
func (m *measurements) equals(e encoder, metric, q int) []float64 {
	var list []float64
	for _, p := range m.pictures() {
		jpeg, other := m.curve(p, jpegs, metric), m.curve(p, e, metric)
		if len(jpeg) > 0 && len(other) > 0 {
			list = append(list, other.number(jpeg.at(float64(q))))
		}
	}
	return list
}

// table fits the numbers of encoders that share one scale to the JPEG scale: at each quality, for each metric, the median
// over the pictures, as the mean of the encoders; of the metrics the one that asks for more. So neither sees a median
// picture further from its original than the JPEG.
func (m *measurements) table(encoders ...encoder) []point {
	var numbers []float64
	for _, q := range fitted {
		most := 0.0
		for metric := range metrics {
			sum := 0.0
			for _, e := range encoders {
				sum += median(m.equals(e, metric, q))
			}
			most = max(most, sum/float64(len(encoders)))
		}
		numbers = append(numbers, most)
	}
	slope := (numbers[1] - numbers[0]) / float64(fitted[1]-fitted[0])
	first := max(numbers[0]-slope*float64(fitted[0]-1), 1)
	points := []point{{1, int(math.Round(first))}}
	for i, q := range fitted {
		points = append(points, point{q, max(int(math.Round(numbers[i])), points[i].own)})
	}
	return append(points, point{100, 100})
}

// median returns the middle of a list that is not empty, or the mean of the two.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}
