package statistics_test

import (
	"fmt"

	"github.com/ito-sde/ito/sde/statistics"
)

func ExampleMoments() {
	m, err := statistics.NewMoments(1, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Add([]float64{1, 2, 3, 4})
	fmt.Println(m.Count(), m.Mean(0).Value, m.Central(0, 2), m.Variance(0).Value > 1.66)
	// Output: 4 2.5 1.25 true
}

func ExampleHistogram() {
	h, err := statistics.NewHistogram(1, 0, 0, 4, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	h.Add([]float64{1, 2, 3, 3.5})
	fmt.Println(h.Probability(1))
	// Output: 0.75 ± 0.22
}

func ExampleCovariance() {
	c, err := statistics.NewCovariance(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Add([]float64{0, 1, 1, 3, 2, 5}) // y = 2x + 1
	fmt.Println(c.Of(0, 0).Value, c.Of(0, 1).Value, c.Of(1, 1).Value)
	// Output: 1 2 4
}

func ExampleMeans() {
	m, err := statistics.NewMoments(1, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	pairs, err := statistics.NewMeans(2, m)
	if err != nil {
		fmt.Println(err)
		return
	}
	pairs.Add([]float64{1, 3, 0, 6}) // means 2 and 3
	fmt.Println(m.Count(), m.Mean(0))
	// Output: 2 2.5 ± 0.5
}
