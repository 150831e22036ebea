package score

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// Parameterisation names what a network or a function predicts. All are the
// denoiser D in other words, each an affine function of it and of x at a level
// (α, σ), with ε = (x − αD)/σ:
//
//	Data      D
//	Noise     ε                           Ho, Jain, Abbeel (2020), eq. 12
//	ByScore   ∇ log p = −ε/σ              Song et al. (2021), eq. 7
//	Velocity  v = αε − σD                 Salimans, Ho (2022), section 4
//	Flow      u = ε − D                   Liu, Gong, Liu (2023), eq. 1
//	EDM       F, D = c_skip x + c_out F   Karras et al. (2022), eqs. 7 and 8
//
// Flow is dx/dt of rectified flow, α = 1 − t and σ = t. Velocity is inverted as
// D = (αx − σv)/(α² + σ²) and Flow as D = (x − σu)/(α + σ), which hold at any
// level; on the unit circle and on the line α + σ = 1 they are the usual forms.
// For EDM, with s the standard deviation of the data and x/α in place of x,
//
//	c_skip = αs²/(α²s² + σ²),   c_out = σs/√(α²s² + σ²).
//
// The zero value is Data.
type Parameterisation struct {
	kind kind
	s    float64 // of EDM
}

type kind uint8

const (
	data kind = iota
	epsilon
	gradient
	velocity
	flow
	edm
)

// The parameterisations without a parameter.
var (
	Data     = Parameterisation{kind: data}
	Noise    = Parameterisation{kind: epsilon}
	ByScore  = Parameterisation{kind: gradient}
	Velocity = Parameterisation{kind: velocity}
	Flow     = Parameterisation{kind: flow}
)

// EDM is the output F of a preconditioned network for data of standard deviation
// sd; Karras et al. take 0.5.
func EDM(sd float64) Parameterisation { return Parameterisation{kind: edm, s: sd} }

// affine holds out = (p x + q D)/r and D = (u x + v out)/w. A zero r or w marks a
// level where there is no such value.
type affine struct{ p, q, r, u, v, w float64 }

var parameterisations = [...]struct {
	name string
	at   func(a, s, sd float64) affine
}{
	data:     {"data", func(_, _, _ float64) affine { return affine{0, 1, 1, 0, 1, 1} }},
	epsilon:  {"noise", func(a, s, _ float64) affine { return affine{1, -a, s, 1, -s, a} }},
	gradient: {"score", func(a, s, _ float64) affine { return affine{-1, a, s * s, 1, s * s, a} }},
	velocity: {"velocity", func(a, s, _ float64) affine { return affine{a, -(a*a + s*s), s, a, -s, a*a + s*s} }},
	flow:     {"flow", func(a, s, _ float64) affine { return affine{1, -(a + s), s, 1, -s, a + s} }},
	edm: {"edm", func(a, s, sd float64) affine {
		root := math.Hypot(a*sd, s)
		skip, out := a*(sd/root)*(sd/root), s*(sd/root)
		return affine{-skip, 1, out, skip, out, 1}
	}},
}

// String returns the name: "data", "noise", "score", "velocity", "flow", "edm".
func (p Parameterisation) String() string { return parameterisations[p.kind].name }

// FromDenoiser writes the value of the parameterisation for rows x and their
// denoised d; dst may be d. Errors: [ErrLevel] at σ = 0, where only Data has a
// value.
func (p Parameterisation) FromDenoiser(dst, x, d []float64, at sde.Level) error {
	c, err := p.coefficients(at)
	if err != nil {
		return err
	}
	if c.r == 0 {
		return p.none(at, "σ")
	}
	combine(dst, c.p, x, c.q, d, c.r)
	return nil
}

// ToDenoiser writes the denoised rows D for rows x and the values out of the
// parameterisation; dst may be out. Errors: [ErrLevel] for Noise and ByScore at
// α = 0, where they say nothing of D.
func (p Parameterisation) ToDenoiser(dst, x, out []float64, at sde.Level) error {
	c, err := p.coefficients(at)
	if err != nil {
		return err
	}
	if c.w == 0 {
		return p.none(at, "α")
	}
	combine(dst, c.u, x, c.v, out, c.w)
	return nil
}

// InputScale is what rows at a level are multiplied with before a network of the
// parameterisation sees them: 1, but for EDM c_in = 1/√(α²s² + σ²).
func (p Parameterisation) InputScale(at sde.Level) float64 {
	if p.kind != edm {
		return 1
	}
	return 1 / math.Hypot(at.Alpha*p.s, at.Sigma)
}

func (p Parameterisation) coefficients(at sde.Level) (affine, error) {
	if err := checkLevel(at); err != nil {
		return affine{}, err
	}
	if p.kind == edm && !(p.s > 0) {
		return affine{}, fmt.Errorf("%w: EDM with data of standard deviation %v; it must be positive", ErrConfig, p.s)
	}
	return parameterisations[p.kind].at(at.Alpha, at.Sigma, p.s), nil
}

func (p Parameterisation) none(at sde.Level, zero string) error {
	return fmt.Errorf("%w: %s has no value at α = %v, σ = %v; use a positive %s, or the data parameterisation", ErrLevel, p, at.Alpha, at.Sigma, zero)
}

// combine is dst = (a x + b y)/c. The difference is taken before the division:
// where ax and by nearly cancel it is exact.
func combine(dst []float64, a float64, x []float64, b float64, y []float64, c float64) {
	if len(dst) != len(x) || len(y) != len(x) {
		panic(fmt.Sprintf("score: lengths %d, %d and %d differ", len(dst), len(x), len(y)))
	}
	if a == 0 && b == c {
		copy(dst, y)
		return
	}
	for i, v := range x {
		dst[i] = (a*v + b*y[i]) / c
	}
}

// Predict writes the parameterisation's value that a model implies for rows x.
// Errors: [ErrLevel], and those of the model.
func (p Parameterisation) Predict(dst, x []float64, m Model, at sde.Level) error {
	if err := m.Denoise(dst, x, at); err != nil {
		return err
	}
	return p.FromDenoiser(dst, x, dst, at)
}

// FromFunc makes a model of a function that predicts p for the rows of x at a
// level. f must be safe for concurrent calls, and may not keep or change x.
//
// Errors of its Denoise: those of f, [ErrLevel] as in
// [Parameterisation.ToDenoiser].
func FromFunc(dim int, p Parameterisation, f func(dst, x []float64, at sde.Level) error) Model {
	if dim < 1 || f == nil {
		panic(fmt.Sprintf("score: FromFunc of dimension %d with function %t", dim, f != nil))
	}
	return &function{dim: dim, p: p, f: f}
}

type function struct {
	dim int
	p   Parameterisation
	f   func(dst, x []float64, at sde.Level) error
}

func (m *function) Dim() int { return m.dim }

func (m *function) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, m.dim)
	if err := m.f(dst, x, at); err != nil {
		return err
	}
	return m.p.ToDenoiser(dst, x, dst, at)
}
