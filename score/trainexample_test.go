package score_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// A network learns that the rows are near −1 and 1, and that the sign of a noisy
// row tells which it is.
func ExampleTrain() {
	x := make([]float64, 512)
	for i := range x {
		x[i] = float64(2*(i%2) - 1)
	}
	checks := 0
	n, err := score.Train(context.Background(), x, 1, score.TrainConfig{
		Hidden: 32, Blocks: 1, Steps: 300, Batch: 256, Warm: 50, Rate: 3e-3, EMA: 50,
		Loss: "flow", Schedule: score.Schedules[0].Name, HoldOut: 0.25, CheckEvery: 100,
		Observer: func(s score.TrainStep) {
			if s.HeldOut != 0 {
				checks++
			}
		},
	})
	if err != nil {
		panic(err)
	}
	d := make([]float64, 2)
	if err := n.Denoise(d, []float64{0.8, -1.3}, sde.Level{Alpha: 1, Sigma: 0.3}); err != nil {
		panic(err)
	}
	fmt.Printf("%+.0f, after %d checks\n", d, checks)
	// Output: [+1 -1], after 3 checks
}

// Pictures of one black and one white pixel: class 0 has the left one white. Files
// keep a network to the bit.
func ExampleNetwork_Class() {
	var x []float64
	var labels []int
	for i := range 200 {
		white := float64(2*(i%2) - 1)
		x = append(x, -white, white)
		labels = append(labels, i%2)
	}
	n, err := score.Train(context.Background(), x, 2, score.TrainConfig{
		Hidden: 32, Blocks: 1, Steps: 300, Batch: 256, Warm: 50, Rate: 3e-3, EMA: 30, Labels: labels, Loss: score.Losses[0].Name,
	})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := n.Save(&file); err != nil {
		panic(err)
	}
	if n, err = score.LoadNetwork(&file); err != nil {
		panic(err)
	}
	for k := range n.Classes() {
		m, err := n.Class(k)
		if err != nil {
			panic(err)
		}
		d := make([]float64, 2)
		// Grey: nothing but the class tells.
		if err := m.Denoise(d, []float64{0, 0}, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
			panic(err)
		}
		fmt.Printf("class %d: %+.0f\n", k, d)
	}
	// Output:
	// class 0: [+1 -1]
	// class 1: [-1 +1]
}
