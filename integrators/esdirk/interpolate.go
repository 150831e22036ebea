package esdirk

// Interpolate uses the tableau's own polynomials.
func (s *stepper) Interpolate(dst []float64, theta float64) error {
	rows := s.m.Dense
	if s.explicit != nil {
		rows = s.m.Split
	}
	for i, row := range rows {
		b := 0.0
		for j := len(row) - 1; j >= 0; j-- {
			b = (b + row[j]) * theta
		}
		s.coef[i] = b
	}
	copy(s.coef[len(rows):], s.coef[:len(rows)])
	s.dense.Combine(s.estimate, s.start, s.h0, s.k)
	copy(dst, s.estimate)
	return nil
}
