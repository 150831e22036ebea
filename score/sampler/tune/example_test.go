package tune_test

import (
	"context"
	"fmt"

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
