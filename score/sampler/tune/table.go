package tune

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// ErrTable is wrapped by every error about a table that is no grid.
var ErrTable = errors.New("tune: bad grid table")

// Table is a grid as a file that ito and other libraries read, each list with the
// noisiest level first.
type Table struct {
	Process string  `json:"process,omitempty"`
	Sampler string  `json:"sampler,omitempty"`
	Knob    string  `json:"knob,omitempty"` // one of Knobs, in place of Sampler
	Value   float64 `json:"value,omitempty"`
	NFE     int     `json:"nfe,omitempty"`

	Times   []float64 `json:"times,omitempty"`   // t of Process
	Lambdas []float64 `json:"lambdas,omitempty"` // ln(α/σ)
	Alphas  []float64 `json:"alphas,omitempty"`  // α of Process
	// Sigmas are σ/α, the noise on data that is not scaled down, and then 0 for
	// the final denoising: what k-diffusion's samplers and the sigmas argument of
	// diffusers' schedulers take.
	Sigmas []float64 `json:"sigmas"`
	// Timesteps are the nearest of a network trained with 1000 evenly spaced
	// times, as diffusers' timesteps argument takes them; absent where two
	// levels share one, or a level lies beyond them.
	Timesteps []int `json:"timesteps,omitempty"`

	Objective    string  `json:"objective,omitempty"` // what Error measures
	Error        float64 `json:"error,omitempty"`
	Untuned      string  `json:"untuned,omitempty"` // the best untuned grid, and its error
	UntunedError float64 `json:"untuned_error,omitempty"`
}

const trainSteps = 1000 // of networks with discrete timesteps

// NewTable lists a grid of the process of that name.
func NewTable(process string, p sde.Process, g sampler.Grid) Table {
	t := Table{Process: process, Times: g.Times(nil)}
	for _, l := range g.Levels(nil) {
		t.Lambdas = append(t.Lambdas, l.Lambda())
		t.Alphas = append(t.Alphas, l.Alpha)
		t.Sigmas = append(t.Sigmas, l.Rho())
	}
	t.Sigmas = append(t.Sigmas, 0)
	_, end := p.Horizon()
	steps := make([]int, len(t.Times))
	for i, v := range t.Times {
		// Timestep k stands for the time (k+1)/1000 of the way, as in sampler.Timesteps.
		steps[i] = int(math.RoundToEven(trainSteps*v/end)) - 1
		if steps[i] < 0 || i > 0 && steps[i] >= steps[i-1] {
			return t
		}
	}
	t.Timesteps = steps
	return t
}

// Write writes the table as JSON, which is YAML as well. Numbers keep all bits.
func (t Table) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(t)
}

// ReadTable reads what Write wrote, or a table made by hand of at least Sigmas.
// The error wraps ErrTable.
func ReadTable(r io.Reader) (Table, error) {
	var t Table
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return Table{}, fmt.Errorf("%w: %w; want the JSON that ito tune writes", ErrTable, err)
	}
	if n := len(t.Sigmas); n < 3 || t.Sigmas[n-1] != 0 {
		return Table{}, fmt.Errorf("%w: %d sigmas; want two or more and then 0", ErrTable, n)
	}
	levels := len(t.Sigmas) - 1
	for _, l := range []struct {
		name string
		n    int
	}{{"times", len(t.Times)}, {"lambdas", len(t.Lambdas)}, {"alphas", len(t.Alphas)}, {"timesteps", len(t.Timesteps)}} {
		if l.n != 0 && l.n != levels {
			return Table{}, fmt.Errorf("%w: %d %s beside %d sigmas", ErrTable, l.n, l.name, levels)
		}
	}
	return t, nil
}

// Grid returns the table's grid for a process: its times where they are there and
// belong to this process, which must then agree with its sigmas, and otherwise the
// levels of its sigmas. Errors wrap ErrTable or sampler.ErrGrid.
func (t Table) Grid(name string, p sde.Process) (sampler.Grid, error) {
	if len(t.Times) == 0 || t.Process != name {
		return sampler.FromRho(p, t.Sigmas)
	}
	g, err := sampler.NewGrid(p, t.Times, true)
	if err != nil {
		return g, err
	}
	for i, l := range g.Levels(nil) {
		// Rounding of a table by hand to four digits is no contradiction.
		if i < len(t.Sigmas) && !(math.Abs(l.Rho()-t.Sigmas[i]) <= 1e-3*l.Rho()) {
			return sampler.Grid{}, fmt.Errorf("%w: level %d has sigma %v, but %v at its time %v", ErrTable, i, t.Sigmas[i], l.Rho(), t.Times[i])
		}
	}
	return g, nil
}

// Rule returns the sampler that the table was made for. The error wraps ErrTable
// where it names none.
func (t Table) Rule() (sampler.Rule, error) {
	switch {
	case t.Knob != "":
		k, err := KnobByName(t.Knob)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTable, err)
		}
		if !(t.Value >= k.Range.Lo && t.Value <= k.Range.Hi) {
			return nil, fmt.Errorf("%w: %s = %v; want it within %v to %v", ErrTable, t.Knob, t.Value, k.Range.Lo, k.Range.Hi)
		}
		return k.Rule(t.Value), nil
	case t.Sampler != "":
		e, err := sampler.ByName(t.Sampler)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTable, err)
		}
		return e.Rule, nil
	}
	return nil, fmt.Errorf("%w: it names no sampler; give one", ErrTable)
}
