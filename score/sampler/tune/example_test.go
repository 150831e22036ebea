package tune_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

// Eight evaluations of DPM-Solver++(2M) on data with variances from 0.04 to 1.5.
func ExampleGrid() {
	p, _ := sde.ByName("vp")
	data := exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}
	r, err := tune.Grid(context.Background(), tune.Config{Process: p, Rule: sampler.DPMPP2M{}, NFE: 8, Objective: tune.Surrogate{Data: data}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %.3f, tuned %.4f\n", r.Standard[0].Name, r.Standard[0].Error, r.Error)
	table := tune.NewTable("vp", p, r.Grid)
	fmt.Println(len(table.Sigmas), "sigmas, timesteps", table.Timesteps)
	// Output:
	// lambda 0.038, tuned 0.0017
	// 9 sigmas, timesteps [999 810 592 328 114 32 6 0]
}

// The best of three samplers for six evaluations, each with its own grid.
func ExampleSamplers() {
	p, _ := sde.ByName("edm")
	data := exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}
	var rules []sampler.Entry
	for _, name := range []string{"ddim", "edm-heun", "unipc-2"} {
		e, _ := sampler.ByName(name)
		rules = append(rules, e)
	}
	choices, _, err := tune.Samplers(context.Background(), tune.Config{Process: p, NFE: 6, Objective: tune.Surrogate{Data: data}}, rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range choices {
		fmt.Printf("%s, %d evaluations: %.2f\n", c.Name, c.NFE, c.Error)
	}
	// Output:
	// unipc-2, 6 evaluations: 0.00
	// ddim, 6 evaluations: 0.29
	// edm-heun, 5 evaluations: 0.33
}

// A grid tuned on 200 paths of a mixture, judged on 2000 others and by the moments
// of its samples.
func ExampleNewPaths() {
	ctx := context.Background()
	p, _ := sde.ByName("vp")
	left, _ := score.NewIsotropic([]float64{-1, 0}, 0.01)
	right, _ := score.NewIsotropic([]float64{1, 0.5}, 0.09)
	m, _ := score.NewMixture([]float64{0.5, 0.5}, []*score.Gaussian{left, right})
	train, err := tune.NewPaths(ctx, tune.PathsConfig{Process: p, Model: m, Rows: 200, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := tune.Grid(ctx, tune.Config{Process: p, Rule: sampler.DPMPP2M{}, NFE: 10, Objective: train, Starts: 2, Evaluations: 300})
	if err != nil {
		fmt.Println(err)
		return
	}
	others, _ := tune.NewPaths(ctx, tune.PathsConfig{Process: p, Model: m, Rows: 2000, Seed: 2})
	data, _ := divergence.NewGaussian(m.Mean(), m.Cov())
	moments := tune.Moments{Model: m, Data: data, Rows: 2000, Seed: 3}
	for _, g := range []tune.Judged{r.Standard[0], r.Judged} {
		c := sampler.Config{Process: p, Rule: r.Rule, Grid: g.Grid}
		paths, se, _ := others.Estimate(ctx, c)
		fits, _ := moments.Error(ctx, c)
		fmt.Printf("%s: paths %.3f ± %.3f, W2 between Gaussian fits %.2f\n", g.Name, paths, se, fits)
	}
	// Output:
	// sigma: paths 0.115 ± 0.011, W2 between Gaussian fits 0.05
	// tuned: paths 0.077 ± 0.009, W2 between Gaussian fits 0.02
}

// What W2 between the laws of DDIM in five steps and of the flow is on one Gaussian,
// where both bounds meet.
func ExamplePaths_Bounds() {
	ctx := context.Background()
	p, _ := sde.ByName("vp")
	data := exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}
	paths, err := tune.NewPaths(ctx, tune.PathsConfig{Process: p, Model: data, Rows: 2000, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	g, _ := sampler.Times(p, sampler.UniformLambda{}, 5, true)
	b, err := paths.Bounds(ctx, sampler.Config{Process: p, Rule: sampler.DDIM{}, Grid: g})
	fmt.Printf("%.1f to %.1f %v\n", math.Sqrt(b.Lower.Value), math.Sqrt(b.Upper.Value), err)
	// Output: 0.6 to 0.6 <nil>
}

// How much noise DDIM should have in eight evaluations is tuned with the grid:
// none.
func ExampleKnob() {
	p, _ := sde.ByName("vp")
	k, _ := tune.KnobByName("eta")
	data := exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}
	r, err := tune.Grid(context.Background(), tune.Config{Process: p, Knob: &k, NFE: 8, Objective: tune.Surrogate{Data: data}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("η = %.2f\n", r.Knob)
	// Output: η = 0.00
}
