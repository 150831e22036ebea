package sde

import "github.com/ito-sde/ito/integrators/stochastic"

// verify checks at the first row what a system and a method say of themselves.
func verify(m stochastic.Method, s *System, t float64, y0 []float64) error {
	if len(y0) == 0 {
		return nil
	}
	if err := s.Verify(t, y0[:s.Dim]); err != nil {
		return err
	}
	return stochastic.VerifyStep(m, s, t, y0[:s.Dim])
}
