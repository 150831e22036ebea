package validation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// NamedModel is a score model under test.
type NamedModel struct {
	Name  string
	Model score.Model
}

// CompareConfig says what to compare. X, Dim, Models and NFE are required.
type CompareConfig struct {
	X    []float64 // data, rows of Dim numbers, in the models' coordinates
	Dim  int
	Unit float64 // length of one working unit in reported units; 0: 1

	Models    []NamedModel
	Processes []string // default: vp
	Samplers  []string // default: all of sampler.Catalogue
	Grid      string   // spacing; default: karras
	NFE       []int    // budgets of model evaluations per sample

	N          int // samples per row of the table; default 2000
	Directions int // of the sliced W2; default 128
	Pictures   int // samples kept of every sampler's largest budget
	TuneNFE    int // budgets up to it get a grid tuned on the surrogate; 0: none
	Seed       uint64
	Workers    int
	// Blur is the variance, as a fraction of the data's mean variance, that is
	// added to both Gaussians before a KL is taken. Data with constant columns
	// has KL = +Inf to anything else; 0 is taken as 1e-3.
	Blur float64
	// Progress is told what is being done, in row-steps; from any goroutine.
	Progress func(done, total int64, what string)
}

// CompareRow judges one sampler at one budget.
type CompareRow struct {
	Sampler string `json:"sampler"`
	Process string `json:"process"`
	Grid    string `json:"grid"`
	Model   string `json:"model"`
	NFE     int    `json:"nfe"` // spent, at most the budget

	Frechet  float64 `json:"frechet"`   // W2² between Gaussian fits of samples and data
	KL       float64 `json:"kl"`        // KL(samples ‖ data) between the same fits, blurred
	SlicedW2 float64 `json:"sliced_w2"` // between the samples and the data themselves

	ExactW2 float64 `json:"exact_w2"` // this sampler's error on the data's Gaussian surrogate
	ExactKL float64 `json:"exact_kl"` // likewise, blurred
	// TunedW2 is ExactW2 on a grid of as many steps from the same prior that is
	// tuned for the sampler; 0 where none was.
	TunedW2 float64 `json:"tuned_w2,omitempty"`
	// Split takes ExactW2 apart, and beside it stands what the affine part of the
	// model's own error over the data would add.
	Split SplitW2 `json:"split"`

	Seconds          float64 `json:"seconds"`
	SamplesPerSecond float64 `json:"samples_per_second"`
}

// Picture is a few samples of one sampler, in working coordinates.
type Picture struct {
	Sampler, Process, Model string
	NFE                     int
	X                       []float64
}

// Comparison is the outcome of Compare.
type Comparison struct {
	Rows []CompareRow `json:"rows"`
	// HalfFrechet and HalfSlicedW2 are the distances of one half of the data to
	// the other: what a perfect sampler of that many rows would show.
	HalfFrechet  float64  `json:"half_frechet"`
	HalfSlicedW2 float64  `json:"half_sliced_w2"`
	Skipped      []string `json:"skipped,omitempty"` // budgets too small for a rule
	N            int      `json:"n"`
	Dim          int      `json:"dim"`
	DataRows     int      `json:"data_rows"`
	Seed         uint64   `json:"seed"`

	Real     []float64 `json:"-"`
	Pictures []Picture `json:"-"`
}

// ErrData is wrapped by the errors about unusable data.
var ErrData = errors.New("validation: unusable data")

type job struct {
	model   NamedModel
	process sde.Entry
	entry   sampler.Entry
	config  sampler.Config
	nfe     int
	picture bool
}

// Compare runs every sampler on every model, process and budget, measures the
// samples against the data, and computes beside it the same sampler's exact
// error on the Gaussian with the data's mean and covariance.
//
// When ctx ends it returns the rows finished so far with the error.
func Compare(ctx context.Context, c CompareConfig) (*Comparison, error) {
	if c.Unit == 0 {
		c.Unit = 1
	}
	if c.N == 0 {
		c.N = 2000
	}
	if c.Directions == 0 {
		c.Directions = 128
	}
	if c.Blur == 0 {
		c.Blur = 1e-3
	}
	if c.Dim < 1 || len(c.X)%max(c.Dim, 1) != 0 || len(c.X) < 4*c.Dim {
		return nil, fmt.Errorf("%w: %d numbers in rows of %d; at least 4 rows are needed", ErrData, len(c.X), c.Dim)
	}
	if c.N < 2 {
		return nil, fmt.Errorf("validation: %d samples cannot be judged; want 2 or more", c.N)
	}
	jobs, out, total, err := c.plan()
	if err != nil {
		return nil, err
	}
	judge, err := c.judge(ctx, out)
	if err != nil {
		return nil, err
	}
	var before int64
	x := make([]float64, c.N*c.Dim)
	for _, j := range jobs {
		what := fmt.Sprintf("%s, %s, %s, NFE %d", j.entry.Name, j.process.Name, j.model.Name, j.nfe)
		if c.Progress != nil {
			j.config.Progress = func(done, _ int64) { c.Progress(before+done, total, what) }
		}
		row, err := judge.row(ctx, j, x)
		if err != nil {
			return out, fmt.Errorf("%s: %w", what, err)
		}
		out.Rows = append(out.Rows, row)
		if j.picture && c.Pictures > 0 {
			keep := min(c.Pictures, c.N) * c.Dim
			out.Pictures = append(out.Pictures, Picture{j.entry.Name, j.process.Name, j.model.Name, j.nfe, append([]float64(nil), x[:keep]...)})
		}
		before += int64(c.N) * int64(j.config.Grid.Steps())
	}
	return out, nil
}

// plan lists the runs; the largest budget of every sampler keeps a picture.
func (c *CompareConfig) plan() (jobs []job, out *Comparison, total int64, err error) {
	out = &Comparison{N: c.N, Dim: c.Dim, DataRows: len(c.X) / c.Dim, Seed: c.Seed}
	if len(c.Processes) == 0 {
		c.Processes = []string{"vp"}
	}
	if c.Grid == "" {
		c.Grid = "karras"
	}
	if len(c.Models) == 0 || len(c.NFE) == 0 {
		return nil, nil, 0, errors.New("validation: a comparison needs a model and a budget of evaluations")
	}
	from := sampler.Catalogue // any model and process will do
	if len(c.Samplers) > 0 {
		from = sampler.All()
	}
	entries, err := pick(from, c.Samplers, func(e sampler.Entry) string { return e.Name }, "sampler")
	if err != nil {
		return nil, nil, 0, err
	}
	processes, err := pick(sde.All(), c.Processes, func(e sde.Entry) string { return e.Name }, "process")
	if err != nil {
		return nil, nil, 0, err
	}
	spacing, err := sampler.SpacingByName(c.Grid)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, m := range c.Models {
		if m.Model.Dim() != c.Dim {
			return nil, nil, 0, fmt.Errorf("%w: model %s is for rows of %d numbers, the data has %d", ErrData, m.Name, m.Model.Dim(), c.Dim)
		}
		for _, p := range processes {
			for _, e := range entries {
				last := -1
				for _, budget := range c.NFE {
					steps := sampler.StepsFor(e.Rule.Cost(), budget, true)
					if steps < 1 {
						out.Skipped = append(out.Skipped, fmt.Sprintf("%s at NFE %d: one step and the final denoising cost more", e.Name, budget))
						continue
					}
					g, err := sampler.Times(p.Process, spacing, steps, true)
					if err != nil {
						return nil, nil, 0, fmt.Errorf("process %s: %w", p.Name, err)
					}
					jobs = append(jobs, job{model: m, process: p, entry: e, nfe: g.Evaluations(e.Rule.Cost()), config: sampler.Config{
						Process: p.Process, Model: m.Model, Rule: e.Rule, Grid: g, Seed: c.Seed, Workers: c.Workers}})
					total += int64(c.N) * int64(steps)
					if last < 0 || jobs[last].nfe < jobs[len(jobs)-1].nfe {
						last = len(jobs) - 1
					}
				}
				if last >= 0 {
					jobs[last].picture = true
				}
			}
		}
	}
	return jobs, out, total, nil
}

// judge holds what every row is measured against.
type judge struct {
	c         *CompareConfig
	data      *divergence.Gaussian
	blurred   *divergence.Gaussian
	blur      float64
	surrogate exact.Spectrum
	exact     map[string][3]float64 // W2, KL and tuned W2 by run: the surrogate does not depend on the model
	basis     *mat.Dense            // of the surrogate
	models    map[string]*linearised
}

func (c *CompareConfig) judge(ctx context.Context, out *Comparison) (*judge, error) {
	j := &judge{c: c, exact: map[string][3]float64{}}
	var err error
	if j.data, err = divergence.Fit(c.X, c.Dim); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	if j.surrogate, err = exact.SpectrumOf(j.data); err != nil {
		return nil, err
	}
	for _, v := range j.surrogate.Var {
		j.blur += c.Blur * v / float64(c.Dim)
	}
	if j.blur == 0 {
		return nil, fmt.Errorf("%w: every column is constant", ErrData)
	}
	if j.blurred, err = blurred(j.data, j.blur); err != nil {
		return nil, err
	}
	a, b := halves(c.X, c.Dim, c.Seed)
	ga, err := divergence.Fit(a, c.Dim)
	if err != nil {
		return nil, err
	}
	gb, err := divergence.Fit(b, c.Dim)
	if err != nil {
		return nil, err
	}
	if out.HalfFrechet, err = divergence.W2Squared(ga, gb); err != nil {
		return nil, err
	}
	out.HalfFrechet *= c.Unit * c.Unit
	if out.HalfSlicedW2, err = divergence.SlicedW2(ctx, a, b, c.Dim, c.Directions, c.Seed); err != nil {
		return nil, err
	}
	out.HalfSlicedW2 *= c.Unit
	out.Real = c.X[:min(c.Pictures*c.Dim, len(c.X))]
	return j, nil
}

func (j *judge) row(ctx context.Context, run job, x []float64) (CompareRow, error) {
	row := CompareRow{Sampler: run.entry.Name, Process: run.process.Name, Grid: j.c.Grid, Model: run.model.Name, NFE: run.nfe}
	begin := time.Now()
	if _, err := sampler.Sample(ctx, x, run.config); err != nil {
		return row, err
	}
	row.Seconds = time.Since(begin).Seconds()
	row.SamplesPerSecond = float64(j.c.N) / row.Seconds

	got, err := divergence.Fit(x, j.c.Dim)
	if err != nil {
		return row, err
	}
	if row.Frechet, err = divergence.W2Squared(got, j.data); err != nil {
		return row, err
	}
	row.Frechet *= j.c.Unit * j.c.Unit
	soft, err := blurred(got, j.blur)
	if err != nil {
		return row, err
	}
	if row.KL, err = divergence.KL(soft, j.blurred); err != nil {
		return row, err
	}
	if row.SlicedW2, err = divergence.SlicedW2(ctx, x, j.c.X, j.c.Dim, j.c.Directions, j.c.Seed); err != nil {
		return row, err
	}
	row.SlicedW2 *= j.c.Unit
	if row.ExactW2, row.ExactKL, row.TunedW2, err = j.exactError(ctx, run); err != nil {
		return row, err
	}
	row.Split, err = j.split(ctx, run)
	return row, err
}

// exactError is the sampler's error on the surrogate, by impulses, and its W2 on a
// tuned grid.
func (j *judge) exactError(ctx context.Context, run job) (w2, kl, tuned float64, err error) {
	key := fmt.Sprint(run.entry.Name, " ", run.process.Name, " ", run.nfe)
	if e, ok := j.exact[key]; ok {
		return e[0], e[1], e[2], nil
	}
	run.config.Progress = nil
	law, err := j.surrogate.Law(ctx, run.config, nil)
	if err != nil {
		return 0, 0, 0, err
	}
	var g [4]*divergence.Gaussian
	for i, s := range []exact.Spectrum{law, j.surrogate, law.Blur(j.blur), j.surrogate.Blur(j.blur)} {
		if g[i], err = s.Gaussian(); err != nil {
			return 0, 0, 0, err
		}
	}
	if w2, err = divergence.W2(g[0], g[1]); err != nil {
		return 0, 0, 0, err
	}
	if kl, err = divergence.KL(g[2], g[3]); err != nil {
		return 0, 0, 0, err
	}
	w2 *= j.c.Unit
	if run.nfe <= j.c.TuneNFE {
		if tuned, err = j.tunedError(ctx, run); err != nil {
			return 0, 0, 0, err
		}
	}
	j.exact[key] = [3]float64{w2, kl, tuned}
	return w2, kl, tuned, nil
}

// blurred is the law of x + √v z.
func blurred(g *divergence.Gaussian, v float64) (*divergence.Gaussian, error) {
	cov := mat.NewSymDense(g.Dim(), nil)
	cov.CopySym(g.Cov())
	for i := range g.Dim() {
		cov.SetSym(i, i, cov.At(i, i)+v)
	}
	return divergence.NewGaussian(g.Mean(nil), cov)
}

// halves splits the rows at random into two.
func halves(x []float64, dim int, seed uint64) (a, b []float64) {
	n := len(x) / dim
	key := make([]float64, n)
	noise.Gaussian{}.Normal(key, 1, noise.Address{Seed: seed, Use: noise.Data})
	order := make([]int, n)
	floats.Argsort(key, order)
	for i, r := range order {
		row := x[r*dim : (r+1)*dim]
		if i < n/2 {
			a = append(a, row...)
		} else {
			b = append(b, row...)
		}
	}
	return a, b
}
