package main

// strip shows the ratio of every comparison above its format, with and without profile apart, and the median.
func strip(title, y string, list []comparison) chart {
	c := chart{
		title: title, x: "output; a mark is one picture at one width, a stroke the median of all photos", y: y,
		one: true,
	}
	for n, g := range groups {
		if g.name == "all photos" {
			continue
		}
		s := series{name: g.name}
		for i, f := range photoOutputs {
			for k, o := range only(list, func(c comparison) bool { return c.format == f && g.has(c) }) {
				beside := 0.15*float64(min(n, 2)-1) + 0.02*float64(k%5-2) // marks stand side by side
				s.points = append(s.points, point{float64(i) + beside, o.ratio()})
			}
		}
		if s.points != nil {
			c.series = append(c.series, s)
		}
	}
	for i, f := range photoOutputs {
		c.categories = append(c.categories, f.String())
		some := only(list, func(c comparison) bool { return c.format == f && !c.picture.info.Alpha })
		if len(some) > 0 {
			c.bars = append(c.bars, point{float64(i), median(values(some, comparison.ratio))})
		}
	}
	return c
}

// scatter shows two ratios of the same comparisons against each other, one series per format.
func scatter(title, xName, yName string, xs, ys []comparison) chart {
	c := chart{title: title, x: xName, y: yName, one: true}
	for _, f := range photoOutputs {
		s := series{name: f.String()}
		for i := range xs {
			if xs[i].format == f {
				s.points = append(s.points, point{xs[i].ratio(), ys[i].ratio()})
			}
		}
		c.series = append(c.series, s)
	}
	return c
}
