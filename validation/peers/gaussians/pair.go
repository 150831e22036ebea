package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

// pair returns the means and covariances that every driver makes by itself,
//
//	p: sin i,  1/(1+|i−j|) + δ_ij/10,   q: cos i,  s_i s_j/(1+|i−j|/3) + δ_ij/10,  s_i = 1 + sin(i)/2,
//
// or, near, q: m_p + 10⁻⁶ cos i,  Σ_p + 10⁻⁶ s_i s_j/(1+|i−j|/3), whose condition numbers are below 200: 1/(1+k) falls and is convex, so that it is a
// covariance function (Pólya, 1949).
func pair(n int, near bool) (mp, p, mq, q []float64) {
	mp, mq, p, q = make([]float64, n), make([]float64, n), make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		mp[i], mq[i] = math.Sin(float64(i)), math.Cos(float64(i))
		for j := range n {
			d := math.Abs(float64(i - j))
			p[i*n+j] = 1 / (1 + d)
			q[i*n+j] = (1 + math.Sin(float64(i))/2) * (1 + math.Sin(float64(j))/2) / (1 + d/3)
		}
		p[i*n+i] += 0.1
		if !near {
			q[i*n+i] += 0.1
			continue
		}
		mq[i] = mp[i] + 1e-6*mq[i]
		for j := i * n; j < (i+1)*n; j++ {
			q[j] = p[j] + 1e-6*q[j]
		}
	}
	return mp, p, mq, q
}

// drive is ito's driver: from means and covariances to the number, checks and
// factorisations included.
func drive(out io.Writer, budget float64) error {
	for _, n := range sizes {
		for _, name := range names {
			plain, near := strings.CutSuffix(name, "-near")
			mp, cp, mq, cq := pair(n, near)
			for _, e := range divergence.Catalogue() {
				if e.Name != plain {
					continue
				}
				var value float64
				seconds, err := measure.Typical(budget, func() error {
					p, err := divergence.NewGaussianDense(mp, cp)
					if err != nil {
						return err
					}
					q, err := divergence.NewGaussianDense(mq, cq)
					if err != nil {
						return err
					}
					value, err = e.Func(p, q)
					return err
				})
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(out, "%s %d %.6g %.17g\n", name, n, seconds, value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
