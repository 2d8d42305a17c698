package survey

import "math"

// z95 is the 97.5 % quantile of the normal distribution: a two-sided 95 % interval.
const z95 = 1.959963984540054

// Wilson gives the 95 % score interval of a share of k among n, n > 0
// (E. B. Wilson, JASA 22, 1927). It stays inside [0, 1] and is honest for small n.
func Wilson(k, n int64) (low, high float64) {
	p, m := float64(k)/float64(n), float64(n)
	z2 := z95 * z95
	centre := p + z2/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+z2/(4*m*m))
	d := 1 + z2/m
	low, high = (centre-half)/d, (centre+half)/d
	if k == 0 {
		low = 0 // rounding may leave a trace
	}
	if k == n {
		high = 1
	}
	return low, high
}
