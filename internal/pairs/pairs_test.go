package pairs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSquared(t *testing.T) {
	for dim := 1; dim < 6; dim++ {
		for rows := range 5 {
			x, y := make([]float64, dim), make([]float64, rows*dim)
			want, got := make([]float64, rows), make([]float64, rows)
			for k := range x {
				x[k] = float64(k*k - 2)
			}
			for i := range y {
				y[i] = float64(i*i%7) / 2
				d := x[i%dim] - y[i]
				want[i/dim] += d * d
			}
			Squared(got, x, y)
			require.Equal(t, want, got) // small binary fractions add up exactly
		}
	}
}
