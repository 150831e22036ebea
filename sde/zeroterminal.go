package sde

import "math"

// ZeroTerminalSNR is a variance-preserving process moved and stretched so that at
// its end nothing of the data is left:
//
//	α'(t) = α_0 (α(t) − α_T)/(α_0 − α_T),   σ'² = 1 − α'²,
//
// with α_0 and α_T the process's at 0 and at its end. f' = fα/(α − α_T) and
// g'² = −2f' diverge at the end, where λ = −∞: what integrates in time from there
// is undefined, and sampler.Sample leaves the end by one step of DDIM, the only
// one whose limit exists for every rule. A network must predict the data or the
// velocity there: noise says nothing of it.
//
// Lin, Liu, Li, Yang (2024), "Common diffusion noise schedules and sample steps
// are flawed", algorithm 1.
type ZeroTerminalSNR struct{ Process Process }

func (p ZeroTerminalSNR) ends() (first, last Level) {
	_, end := p.Process.Horizon()
	return p.Process.At(0), p.Process.At(end)
}

// below is 1 − α of a level of the process, without the cancellation.
func below(l Level) float64 { return l.Sigma * l.Sigma / (1 + l.Alpha) }

// At returns α' and σ', the latter from
// 1 − α' = (α_0 (1 − α) − α_T (1 − α_0))/(α_0 − α_T).
func (p ZeroTerminalSNR) At(t float64) Level {
	first, last := p.ends()
	l := p.Process.At(t)
	k := 1 / (first.Alpha - last.Alpha)
	alpha := first.Alpha * (l.Alpha - last.Alpha) * k
	rest := (first.Alpha*below(l) - last.Alpha*below(first)) * k
	return Level{alpha, math.Sqrt(rest * (1 + alpha))}
}

// Coefficients returns f' = fα/(α − α_T) and g' = √(−2f'); they are infinite at
// the end.
func (p ZeroTerminalSNR) Coefficients(t float64) (f, g float64) {
	_, last := p.ends()
	a := p.Process.At(t).Alpha
	f, _ = p.Process.Coefficients(t)
	f *= a / (a - last.Alpha)
	return f, math.Sqrt(-2 * f)
}

// TimeOf solves α' = 1/√(1 + e^(−2λ)) for α and 1 − α, and asks the process for
// the time of that.
func (p ZeroTerminalSNR) TimeOf(lambda float64) float64 {
	first, last := p.ends()
	n := math.Hypot(1, math.Exp(-lambda)) // 1/α'
	k := (first.Alpha - last.Alpha) / first.Alpha
	alpha := last.Alpha + k/n
	// 1 − α = k (1 − α') + (1 − α_0)α_T/α_0, with 1 − α' = (n² − 1)/(n (1 + n)).
	rest := k*math.Exp(-2*lambda)/(n*(1+n)) + last.Alpha*below(first)/first.Alpha
	if math.IsInf(n, 1) {
		rest = 1 - last.Alpha
	}
	return p.Process.TimeOf(math.Log(alpha) - 0.5*math.Log(rest*(1+alpha)))
}

// Horizon returns the process's.
func (p ZeroTerminalSNR) Horizon() (cutoff, end float64) { return p.Process.Horizon() }

// Validate returns an error that wraps [ErrProcess] unless the process is valid and preserves
// variance.
func (p ZeroTerminalSNR) Validate() error { return preserving("ZeroTerminalSNR", p.Process) }
