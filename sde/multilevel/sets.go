package multilevel

import (
	"context"

	"github.com/ito-sde/ito/sde/statistics"
)

// sets are a level's randomised sets of points.
type sets struct {
	each  []*statistics.Moments
	means *statistics.Moments // of the sets' means, which are independent
}

// maxRandomisations are far more than errors gain by.
const maxRandomisations = 1 << 16

// points adds the points that a level lacks to each of its sets.
func (e *estimator) points(ctx context.Context, i int, l *level) error {
	s := &l.sets
	for len(s.each) < e.Randomisations {
		s.each = append(s.each, newMoments())
	}
	n, want := l.samples()/uint64(e.Randomisations), l.want/uint64(e.Randomisations)
	if err := e.quasi.Points(ctx, s.each, i, n, want-n); err != nil {
		return err
	}
	l.moments, s.means = newMoments(), newMoments()
	for _, m := range s.each {
		l.moments.Merge(m)
		s.means.Add([]float64{m.Mean(0).Value, m.Mean(1).Value})
	}
	return nil
}

// double doubles the points of the level whose variance over its work is largest,
// unless the estimate's variance is small enough: halves of the variance or less are
// then had for the least work.
func (e *estimator) double() {
	var sum, most float64
	var best *level
	for i, l := range e.levels {
		s := e.weight(i) * l.mean(0).Error
		v := s * s
		sum += v
		if per := v / (l.cost * float64(l.want)); per > most {
			best, most = l, per
		}
	}
	if best != nil && sum > (1-e.BiasShare)*e.RMSE*e.RMSE {
		best.want *= 2
	}
}

func newMoments() *statistics.Moments {
	m, err := statistics.NewMoments(2, 4)
	if err != nil {
		panic(err) // of the constants
	}
	return m
}
