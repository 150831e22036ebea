package sampler

import "math"

// DPMSolver12 is DPMSolver2 with R = ½, judged by DPMSolver1, which needs no
// evaluation more: x_s of order 2 is kept, and the step is in λ.
//
// Two evaluations a trial, one after a rejection.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", appendix C, DPM-Solver-12.
type DPMSolver12 struct{}

// Cost is two evaluations.
func (DPMSolver12) Cost() Cost { return DPMSolver2{}.Cost() }

// Control is in λ, by the second root.
func (DPMSolver12) Control() (in Coordinate, power float64) { return InLambda, 1. / 2 }

// Try makes one trial.
func (DPMSolver12) Try(s *Step, low []float64) error {
	if err := lowNoise(s, low); err != nil {
		return err
	}
	return DPMSolver2{}.Apply(s)
}

// DPMSolver23 is DPMSolver3 judged by DPMSolver2 with R = ⅓, of which it has the
// stage.
//
// Three evaluations a trial, two after a rejection.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", appendix C, DPM-Solver-23.
type DPMSolver23 struct{}

// Cost is three evaluations.
func (DPMSolver23) Cost() Cost { return DPMSolver3{}.Cost() }

// Control is in λ, by the third root.
func (DPMSolver23) Control() (in Coordinate, power float64) { return InLambda, 1. / 3 }

// Try makes one trial.
func (DPMSolver23) Try(s *Step, low []float64) error {
	if err := lowNoise(s, low); err != nil {
		return err
	}
	if err := (DPMSolver3{}).Apply(s); err != nil {
		return err
	}
	e, err := s.PredictedNoise() // that of x_t, known
	if err != nil {
		return err
	}
	eu := s.Scratch(1) // the stage at ⅓
	w := -1.5 * s.To.Sigma * math.Expm1(s.H())
	mix(low, 1, low, []float64{-w, w}, e, eu)
	return nil
}

// lowNoise sets low to the step of DPMSolver1.
func lowNoise(s *Step, low []float64) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	mix(low, s.To.Alpha/s.From.Alpha, s.X, []float64{-s.To.Sigma * math.Expm1(s.H())}, e)
	return nil
}
