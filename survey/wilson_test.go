package survey

import (
	"math"
	"testing"
)

// Published: R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
func TestWilsonPublished(t *testing.T) {
	for _, x := range []struct {
		k, n      int64
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0.0000, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		low, high := Wilson(x.k, x.n)
		if math.Abs(low-x.low) > 5e-5 || math.Abs(high-x.high) > 5e-5 {
			t.Errorf("%d of %d: %.5f to %.5f, published %.4f to %.4f", x.k, x.n, low, high, x.low, x.high)
		}
	}
}

func TestWilsonBounds(t *testing.T) {
	for n := int64(1); n <= 200; n++ {
		for k := int64(0); k <= n; k++ {
			low, high := Wilson(k, n)
			p := float64(k) / float64(n)
			if !(0 <= low && low <= p && p <= high && high <= 1) {
				t.Fatalf("%d of %d: %v to %v", k, n, low, high)
			}
			// k of n yes is n-k of n no.
			if other, _ := Wilson(n-k, n); math.Abs(other-(1-high)) > 1e-12 {
				t.Fatalf("%d of %d is not symmetric", k, n)
			}
		}
	}
}
