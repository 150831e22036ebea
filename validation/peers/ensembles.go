package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

// rate is one measurement of an ensemble: seconds per path and step, or per
// number for the model normals.
type rate struct {
	Model   string  `json:"model"`
	Peer    string  `json:"peer"`
	Method  string  `json:"method"`
	Seconds float64 `json:"seconds"`
	Moment  float64 `json:"moment"` // of the final states; see contest
	Failed  string  `json:"failed,omitempty"`
}

// contest is a model that everybody simulates by Euler–Maruyama, with the moment
// of its final states that tells whether they did.
type contest struct {
	model  string
	what   string
	moment float64
}

const (
	normals       = "normals"
	ensemblePaths = 100_000
	ensembleSteps = 1000
)

func contests() []contest {
	gbm, well := models.GBM{Mu: 0.05, Sigma: 0.2}, models.DoubleWell{Sigma: 0.5}
	ou := models.OU{Theta: 1, Sigma: 0.5}
	return []contest{
		{normals, "E z²", 1},
		{"gbm", "E x", gbm.Mean(1, 1)},
		{"ou", "Var x", ou.Variance(1)},
		{"heston", "E x", math.Exp(0.03)},
		{"doublewell", "E x²", well.StationaryMoment(2)},
	}
}

// check compares a moment with the true one, to six standard errors of the
// variance of so many normal numbers, √(2/n), the least exact of these moments,
// and half a percent for the steps.
func (c contest) check(r *rate, paths int) {
	if e := r.Moment/c.moment - 1; !(math.Abs(e) < 0.005+6*math.Sqrt(2/float64(paths))) {
		r.Failed = fmt.Sprintf("%s is %.4g; want %.4g", c.what, r.Moment, c.moment)
	}
}

const portable = "ito-portable"

// simulators lists everybody who simulates ensembles.
var simulators = []driver{
	{name: "cpp", packages: []string{"g++"}, build: cpp("ensembles", "-mprefer-vector-width=512", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math")},
	{name: "numpy", packages: []string{"python3-numpy"}, slow: true, build: arrays("numpy")},
	{name: "torch", packages: []string{"python3-torch"}, slow: true, build: arrays("torch")},
	{name: ito, build: simulator(ito)},
	{name: portable, build: func(ctx context.Context, b *builder, _ string) ([]string, []string, error) {
		out := filepath.Join(b.folder, portable)
		_, err := command(ctx, b.sources, nil, "go", "build", "-tags", "noasm", "-o", out, ".")
		return []string{out, "--simulate", portable}, nil, err
	}},
	{name: cores, free: true, build: simulator(cores)},
}

func simulator(name string) func(context.Context, *builder, string) ([]string, []string, error) {
	return func(context.Context, *builder, string) ([]string, []string, error) {
		self, err := os.Executable()
		return []string{self, "--simulate", name}, nil, err
	}
}

func arrays(library string) func(context.Context, *builder, string) ([]string, []string, error) {
	return func(ctx context.Context, b *builder, python string) ([]string, []string, error) {
		_, err := command(ctx, "", nil, python, "-c", "import "+library)
		return []string{python, filepath.Join(b.sources, "drivers", "ensembles.py"), library}, nil, err
	}
}

// simulateAll runs everybody on every model, in turn, round after round.
func simulateAll(ctx context.Context, ready []program, o options) ([]rate, error) {
	var all []rate
	for _, c := range contests() {
		for round := range o.rounds {
			for _, d := range ready {
				if round > 0 && d.slow {
					continue
				}
				rates, err := d.simulate(ctx, c, o)
				if ctx.Err() != nil {
					return all, ctx.Err()
				}
				if err != nil {
					say("%s on %s: %v", d.name, c.model, err)
				}
				all = append(all, rates...)
			}
		}
		say("%s done", c.model)
	}
	return all, nil
}

// simulate runs a driver on a model.
func (d *program) simulate(ctx context.Context, c contest, o options) ([]rate, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	paths, runs := ensemblePaths, 3
	if o.quick {
		paths /= 10
	}
	if d.slow {
		runs = 2
	}
	argv := append(slices.Clone(d.argv), c.model, fmt.Sprint(paths), fmt.Sprint(ensembleSteps), fmt.Sprint(runs))
	run, threads := pin(ctx, o.cpu, argv...), "1"
	if d.free {
		run, threads = plainCommand(ctx, argv...), "2"
	}
	run.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "GOMAXPROCS="+threads, "PYTHONDONTWRITEBYTECODE=1")
	var out, complaints bytes.Buffer
	run.Stdout, run.Stderr = &out, &complaints
	failed := run.Run()
	if failed != nil {
		failed = fmt.Errorf("%w: %s", failed, telling(complaints.String()))
	}
	rates, err := readRates(&out)
	for i := range rates {
		c.check(&rates[i], paths)
	}
	return rates, errors.Join(failed, err)
}

func readRates(r io.Reader) (rates []rate, err error) {
	for in := json.NewDecoder(r); ; {
		var line rate
		switch err := in.Decode(&line); {
		case errors.Is(err, io.EOF):
			return rates, nil
		case err != nil:
			return rates, fmt.Errorf("line %d: %w", len(rates)+1, err)
		case line.Model == "" || line.Peer == "" || line.Method == "" || !(line.Seconds > 0):
			return rates, fmt.Errorf("line %d: no model, peer, method or time in %+v", len(rates)+1, line)
		}
		rates = append(rates, line)
	}
}

// runEnsembles is the whole comparison of ensembles.
func runEnsembles(ctx context.Context, o options, out io.Writer) error {
	b, err := newBuilder(ctx, o)
	if err != nil {
		return err
	}
	if o.keep == "" {
		defer func() { _ = os.RemoveAll(b.folder) }()
	}
	ready, notes := prepare(ctx, b, simulators, o)
	rates, err := simulateAll(ctx, ready, o)
	if err != nil {
		return err
	}
	notes = append(notes, b.versions(ctx, "python3-numpy", "python3-torch")...)
	if err := reportEnsembles(out, tables.Plain, rates, notes); err != nil || o.write == "" {
		return err
	}
	var page strings.Builder
	fmt.Fprintf(&page, ensemblesIntroduction, o.write)
	if err := reportEnsembles(&page, tables.Markdown, rates, notes); err != nil {
		return err
	}
	return os.WriteFile(o.write, []byte(page.String()), 0o644)
}
