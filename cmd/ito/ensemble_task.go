package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/odefile"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

// simulation is what ito ensemble simulates: a model of the catalogue or a file.
type simulation struct {
	name, method string
	e            sde.Ensemble
	states       []string
	barriers     []string // names of e.Barriers
	// quantity writes further columns, of these names.
	quantities []string
	quantity   func(dst []float64, t float64, y []float64)
	// mean and variance of the states are known for models; nil otherwise.
	mean, variance func(t float64) []float64
	label          string // what a checkpoint is of

	columns   []string
	quantiles []float64
}

// newSimulation reads the argument of ito ensemble.
func newSimulation(name string, set map[string]string) (*simulation, error) {
	if m, err := models.ByName(name); err == nil {
		if len(set) > 0 {
			return nil, fmt.Errorf("--set is for files; %s is a model of the catalogue", name)
		}
		return &simulation{
			name: m.Name, method: "Euler–Maruyama", states: m.States, mean: m.Mean, variance: m.Variance, label: m.Name,
			e: sde.Ensemble{Method: m.Method, System: m.System, T1: m.T1, Steps: 1000, Initial: m.Initial},
		}, nil
	}
	_, err := os.Stat(name)
	switch ext := filepath.Ext(name); {
	case errors.Is(err, fs.ErrNotExist) && !slices.Contains([]string{".yaml", ".yml", ".json"}, ext):
		_, err := models.ByName(name)
		return nil, fmt.Errorf("%w; a file ends in .yaml or .json", err)
	case err != nil:
		return nil, err
	}
	s, err := odefile.LoadStochastic(name, set)
	if err != nil {
		return nil, err
	}
	return fileSimulation(name, s, set)
}

func fileSimulation(path string, s *odefile.Stochastic, set map[string]string) (*simulation, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &simulation{
		name: s.Name, method: s.Method, states: s.States, quantities: s.Quantities, quantity: s.Quantity,
		label: fmt.Sprintf("%s %v", text, set),
		e:     sde.Ensemble{System: s.SDE, T0: s.T0, T1: s.T1, Steps: s.Steps, Times: s.At, Initial: s.Y0, Jumps: sde.Jumps(s.Jumps)},
	}
	if t.name == "" {
		t.name = filepath.Base(path)
	}
	if t.method == "" {
		t.method = "em"
		if s.SDE.Calculus == stochastic.Stratonovich {
			t.method = "heun"
		}
	}
	if t.e.Method, err = stochastic.ByName(t.method); err != nil {
		return nil, err
	}
	if t.e.Steps == 0 {
		t.e.Steps = 1000
	}
	if s.Points > 0 {
		t.e.Times = spaced(s.T0, s.T1, s.Points+1)[1:]
	}
	for _, b := range s.Barriers {
		t.e.Barriers = append(t.e.Barriers, sde.Barrier{Coordinate: b.State, Level: b.Level, Discrete: b.Discrete})
		t.barriers = append(t.barriers, b.Name)
	}
	return t, nil
}

// watch adds the --barrier levels.
func (o *ensembleOptions) watch(t *simulation) error {
	for _, text := range o.barriers {
		name, level, ok := strings.Cut(text, "=")
		v, err := strconv.ParseFloat(level, 64)
		if !ok || err != nil || v-v != 0 {
			return fmt.Errorf("--barrier %q: want state=level, as in x=0.5", text)
		}
		i := slices.Index(t.states, name)
		if i < 0 {
			return fmt.Errorf("--barrier %q: no state %q; states: %s", text, name, strings.Join(t.states, ", "))
		}
		t.e.Barriers = append(t.e.Barriers, sde.Barrier{Coordinate: i, Level: v, Discrete: o.discrete})
		t.barriers = append(t.barriers, text)
	}
	return nil
}

// collect says which statistics to keep: of the states, the file's quantities, and
// for each barrier whether it has ended the path.
func (t *simulation) collect(o *ensembleOptions) error {
	t.columns = slices.Concat(t.states, t.quantities)
	for _, b := range t.barriers {
		t.columns = append(t.columns, "P("+b+")")
	}
	width, dim, drawn := len(t.columns), len(t.states), len(t.states)+len(t.quantities)
	if width > dim {
		t.e.Quantity = sde.Quantity{Width: width, Of: func(dst []float64, at sde.Observation) error {
			more := make([]float64, len(t.quantities)*(len(at.Y)/dim))
			if t.quantity != nil {
				t.quantity(more, at.T, at.Y)
			}
			for r := range len(at.Y) / dim {
				row := dst[r*width : (r+1)*width]
				copy(row, at.Y[r*dim:(r+1)*dim])
				copy(row[dim:drawn], more[r*len(t.quantities):])
				for b := range t.barriers {
					if row[drawn+b] = 0; at.EndedBy[r] == b {
						row[drawn+b] = 1
					}
				}
			}
			return nil
		}}
	}
	moments, err := statistics.NewMoments(width, 4)
	if err != nil {
		return err
	}
	var first statistics.Reducer = moments
	if o.antithetic {
		t.e.Source = noise.Antithetic{Source: noise.Gaussian{}}
		if first, err = statistics.NewMeans(2, moments); err != nil {
			return err
		}
	}
	t.e.Statistics = []statistics.Reducer{first}
	t.quantiles = o.quantiles
	if len(t.quantiles) == 0 && o.plot != "" {
		t.quantiles = []float64{0.05, 0.25, 0.5, 0.75, 0.95}
	}
	for c := 0; c < drawn && len(t.quantiles) > 0; c++ {
		sketch, err := quantiles.New(width, c, o.accuracy)
		if err != nil {
			return err
		}
		t.e.Statistics = append(t.e.Statistics, sketch)
	}
	t.e.Checkpoint = sde.Checkpoint{Path: o.checkpoint, Every: o.every, Label: t.label}
	return nil
}
