package metric

import "github.com/prometheus/client_golang/prometheus"

// Reading is a figure that somebody else keeps. It is read when it is asked for.
type Reading struct {
	Name    string
	Help    string
	Counter bool   // it only grows; else it is a gauge
	Label   string // name of the one label, "" without
	// Read returns the figure by the value of its label; without a label under "".
	Read func() map[string]float64
}

// Single returns the Read of a figure without a label.
func Single[T int | int64 | uint64 | float64](read func() T) func() map[string]float64 {
	return func() map[string]float64 { return map[string]float64{"": float64(read())} }
}

// Constant returns the Read of a figure that says 1 for these label values: what is known about the build.
func Constant(values ...string) func() map[string]float64 {
	return func() map[string]float64 {
		all := make(map[string]float64, len(values))
		for _, v := range values {
			all[v] = 1
		}
		return all
	}
}

// Add adds readings. Their names must be new.
func (m *Metrics) Add(list ...Reading) {
	for _, r := range list {
		var labels []string
		if r.Label != "" {
			labels = []string{r.Label}
		}
		kind := Gauge
		if r.Counter {
			kind = Counter
		}
		m.note(Row{r.Name, kind, labels, r.Help}, &reading{
			Reading: r,
			desc:    prometheus.NewDesc(r.Name, r.Help, labels, nil),
		})
	}
}

// reading makes a Reading a prometheus.Collector.
type reading struct {
	Reading
	desc *prometheus.Desc
}

// Describe sends the figure's description.
func (r *reading) Describe(to chan<- *prometheus.Desc) { to <- r.desc }

// Collect sends the figure as it is now.
func (r *reading) Collect(to chan<- prometheus.Metric) {
	kind := prometheus.GaugeValue
	if r.Counter {
		kind = prometheus.CounterValue
	}
	for label, value := range r.Read() {
		if r.Label == "" {
			to <- prometheus.MustNewConstMetric(r.desc, kind, value)
		} else {
			to <- prometheus.MustNewConstMetric(r.desc, kind, value, label)
		}
	}
}
