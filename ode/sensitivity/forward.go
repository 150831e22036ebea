package sensitivity

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// Variables says with respect to what a solution is differentiated.
type Variables uint8

// The variables of a System. Both may be joined by |.
const (
	Parameters Variables = 1 << iota
	Initial
)

// Config says how to integrate with sensitivities.
type Config struct {
	ode.Config           // of the state; At serves the sensitivities too
	Variables  Variables // 0: Parameters | Initial
	// Start is ∂y0/∂p, n×m, where the initial values depend on the parameters;
	// nil: they do not.
	Start *mat.Dense
	// ErrorControl has the entries of the sensitivities count in the error norm,
	// RTol and ATol meant for them as for components of the state; Observer and
	// Events then see the state with the sensitivities behind it, those of
	// parameters first, column after column. Without it the steps are those that
	// ode.Solve would make for the state by itself, and the sensitivities are the
	// exact derivatives of the numbers so found, the steps held fixed; where they
	// vary faster than the state, as about a state at rest, they need it.
	ErrorControl bool
}

// Result is a solution with its derivatives. After an error it holds the last
// good state.
type Result struct {
	ode.Result // of the state; Stats.Evaluations counts every call of Field

	P  *mat.Dense // ∂y(T)/∂p, n×m; nil: not asked for, or no parameters
	Y0 *mat.Dense // ∂y(T)/∂y0, n×n; nil: not asked for

	AtP, AtY0 []*mat.Dense // the same at the times Config.At, as far as reached
}

// Forward integrates y' = f(t, y, p) with the variational equation
//
//	S' = (∂f/∂y) S + ∂f/∂p,   S(t0) = ∂y0/∂p for parameters,
//	S' = (∂f/∂y) S,           S(t0) = 1 for initial values,
//
// by the same steps of any method. One evaluation of it takes one of Field and
// one of Jacobian; without a Jacobian, 2 of Field for each column and 2 more for
// each column of a parameter, central differences along S_j and p_j. A method
// that is an integrators.Implicit needs the Jacobian, and its Newton matrices hold
// the state and all sensitivities, as a sparse pattern.
//
// Config.Events may only be watched, and Linearisation is made from the System.
// The error wraps ErrConfig, ErrNotFinite, or is one of ode.Solve. Hairer,
// Nørsett, Wanner (1993), section I.14; Caracotsios, Stewart (1985).
func Forward(ctx context.Context, m integrators.Method, s System, t0, t1 float64, y0, p []float64, c Config) (Result, error) {
	v, z0, err := start(m, s, y0, p, &c)
	if err != nil {
		return Result{Result: ode.Result{T: t0, Y: slices.Clone(y0)}}, err
	}
	if c.ErrorControl {
		return together(ctx, m, v, t0, t1, z0, c)
	}
	b, err := newBeside(m, v, z0, c)
	if err != nil {
		return v.result(ode.Result{T: t0}, z0, nil), err
	}
	b.out = outputs{at: c.At, dir: math.Copysign(1, t1-t0)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	observer := c.Observer
	c.Observer = func(s ode.Step) {
		if failed = b.reached(s.T, s.Y); failed != nil {
			cancel()
		} else if observer != nil {
			observer(s)
		}
	}
	r, err := ode.Solve(ctx, shown{m, b}, v.inner, t0, t1, y0, c.Config)
	if failed != nil {
		err = failed
	}
	return v.result(r, b.z, b.out.found), err
}

// start checks the arguments and returns the field and the initial state with
// sensitivities.
func start(m integrators.Method, s System, y0, p []float64, c *Config) (*variational, []float64, error) {
	if m == nil {
		return nil, nil, bad("no method is given")
	}
	if err := s.check(y0, p); err != nil {
		return nil, nil, err
	}
	if err := refuse(c.Config); err != nil {
		return nil, nil, err
	}
	if c.ErrorControl && c.ATols != nil {
		return nil, nil, bad("ErrorControl takes one ATol, not ATols")
	}
	if c.Variables == 0 {
		c.Variables = Parameters | Initial
	}
	if c.Variables&^(Parameters|Initial) != 0 {
		return nil, nil, bad("unknown Variables %#x", c.Variables)
	}
	if _, ok := m.(integrators.Implicit); ok && s.Jacobian == nil {
		return nil, nil, bad("%v is implicit and differentiates S' in its turn, which differences cannot bear: give the Jacobian", m)
	}
	n := len(y0)
	v := &variational{linear: newLinear(s, n, slices.Clone(p)), n: n}
	v.outer = v.inner
	if c.Variables&Parameters != 0 {
		v.m = len(p)
	}
	if v.q = v.m; c.Variables&Initial != 0 {
		v.q += n
	}
	z := make([]float64, v.size())
	copy(z, y0)
	if c.Start != nil {
		if rows, columns := c.Start.Dims(); rows != n || columns != v.m {
			return nil, nil, bad("Start is %d×%d, want %d×%d, one column for each parameter asked for", rows, columns, n, v.m)
		}
		for j := range v.m {
			mat.Col(v.column(z, j), j, c.Start)
		}
	}
	for j := v.m; j < v.q; j++ {
		v.column(z, j)[j-v.m] = 1
	}
	if i := firstNotFinite(z[n:]); i >= 0 {
		return nil, nil, bad("Start has the entry %v at (%d, %d)", z[n+i], i%n, i/n)
	}
	return v, z, nil
}

// together integrates state and sensitivities as one.
func together(ctx context.Context, m integrators.Method, v *variational, t0, t1 float64, z0 []float64, c Config) (Result, error) {
	if _, ok := m.(integrators.Implicit); ok {
		var err error
		if c.Linearisation.Pattern, err = v.pattern(); err != nil {
			return v.result(ode.Result{T: t0}, z0, nil), err
		}
	}
	r, err := ode.Solve(ctx, m, v.eval, t0, t1, z0, c.Config)
	at := r.At
	r.At = nil
	for _, z := range at {
		r.At = append(r.At, z[:v.n:v.n])
	}
	return v.result(r, r.Y, at), err
}

// result splits z, and the states at output times, into a Result.
func (v *variational) result(r ode.Result, z []float64, at [][]float64) Result {
	out := Result{Result: r}
	out.Y = slices.Clone(z[:v.n])
	out.Stats.Evaluations = v.calls
	out.P, out.Y0 = v.split(z)
	for _, z := range at {
		p, y0 := v.split(z)
		if p != nil {
			out.AtP = append(out.AtP, p)
		}
		if y0 != nil {
			out.AtY0 = append(out.AtY0, y0)
		}
	}
	return out
}

func (v *variational) split(z []float64) (p, y0 *mat.Dense) {
	if v.m > 0 {
		p = mat.NewDense(v.n, v.m, nil)
		for j := range v.m {
			p.SetCol(j, v.column(z, j))
		}
	}
	if v.q > v.m {
		y0 = mat.NewDense(v.n, v.n, nil)
		for j := range v.n {
			y0.SetCol(j, v.column(z, v.m+j))
		}
	}
	return p, y0
}
