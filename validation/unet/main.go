// Command unet trains a U-Net with classes on nine tenths of the embedded digits, and
// judges what it generates in 20 evaluations by DPM-Solver++(2M): the Fréchet distance
// beside that of the data's halves, a classifier that is to tell samples from data, how
// near samples come to training rows and to rows held out, and a picture of every class.
//
//	go run ./validation/unet [--steps N] [--picture FILE] [--model FILE]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/evaluate"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

func main() {
	steps := flag.Int("steps", 5000, "steps of training")
	picture := flag.String("picture", "docs/classes.png", "PNG file for a row of samples of every class; empty: none")
	model := flag.String("model", "", "file to write the network to; empty: none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *steps, *picture, *model, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "unet:", err)
		os.Exit(1)
	}
}

// split keeps every tenth row from training.
func split(s *dataset.Set) (train, held []float64, labels []int) {
	for i, k := range s.Labels {
		row := s.X[i*s.Dim : (i+1)*s.Dim]
		if i%10 == 0 {
			held = append(held, row...)
			continue
		}
		train, labels = append(train, row...), append(labels, k)
	}
	return train, held, labels
}

func run(ctx context.Context, steps int, picture, model string, out io.Writer) error {
	set, err := dataset.Digits()
	if err != nil {
		return err
	}
	train, held, labels := split(set)
	begin := time.Now()
	net, err := score.Train(ctx, train, set.Dim, score.TrainConfig{
		UNet:  nn.UNetShape{Height: set.Height, Width: set.Width, Attend: 4, Blocks: 1},
		Steps: steps, Batch: 64, Labels: labels, ClassDrop: 0.2,
		Observer: func(s score.TrainStep) {
			if s.Step%500 == 0 {
				fmt.Fprintf(os.Stderr, "step %d of %d, loss %.3f\n", s.Step, steps, s.Loss)
			}
		},
	})
	if err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("%d parameters, %d steps in %s", net.Parameters(), steps, time.Since(begin).Round(time.Second))}
	x, err := sample(ctx, net, set.Rows(), set.Dim, 1)
	if err != nil {
		return err
	}
	got, err := judge(ctx, x, train, held, set)
	if err != nil {
		return err
	}
	for _, line := range append(lines, got...) {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	if model != "" {
		if err := atomicfile.Write(model, net.Save); err != nil {
			return err
		}
	}
	if picture == "" {
		return nil
	}
	return draw(ctx, net, set, picture)
}

// sample draws rows in 20 evaluations.
func sample(ctx context.Context, m score.Model, rows, dim int, seed uint64) ([]float64, error) {
	p, err := sde.ByName("vp")
	if err != nil {
		return nil, err
	}
	spacing, err := sampler.SpacingByName("karras")
	if err != nil {
		return nil, err
	}
	grid, err := sampler.Times(p, spacing, 19, true)
	if err != nil {
		return nil, err
	}
	x := make([]float64, rows*dim)
	_, err = sampler.Sample(ctx, x, sampler.Config{Process: p, Model: m, Rule: sampler.DPMPP2M{}, Grid: grid, Seed: seed})
	return x, err
}

// judge compares samples with the data.
func judge(ctx context.Context, x, train, held []float64, set *dataset.Set) ([]string, error) {
	dim := set.Dim
	unit := set.Unit * set.Unit // squared pixels from 0 to 1
	f, err := evaluate.Frechet(ctx, x, set.X, dim, evaluate.FrechetConfig{})
	if err != nil {
		return nil, err
	}
	var halves [2][]float64
	for i := range set.Rows() {
		halves[i%2] = append(halves[i%2], set.X[i*dim:(i+1)*dim]...)
	}
	h, err := evaluate.Frechet(ctx, halves[0], halves[1], dim, evaluate.FrechetConfig{})
	if err != nil {
		return nil, err
	}
	rounded := slices.Clone(x) // as a file of pictures is: 17 shades
	for i, v := range rounded {
		rounded[i] = math.Max(-1, math.Min(1, math.Round(8*v)/8))
	}
	c, err := evaluate.Classifier(ctx, rounded, set.X, dim, evaluate.ClassifierConfig{})
	if err != nil {
		return nil, err
	}
	near, err := evaluate.Neighbours(ctx, x, set.X, dim, evaluate.NeighboursConfig{})
	if err != nil {
		return nil, err
	}
	m, err := evaluate.Memorisation(ctx, x, train, held, dim, 1, 0)
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("Fréchet distance %.4f, of the data's halves %.4f: ratio %.2f", f.Squared.Value*unit, h.Squared.Value*unit, f.Squared.Value/h.Squared.Value),
		fmt.Sprintf("C2ST accuracy %.3f ± %.3f on rows that the classifier has not seen", c.Accuracy.Value, c.Accuracy.Error),
		fmt.Sprintf("precision %.2f, recall %.2f, density %.2f, coverage %.2f", near.Precision.Value, near.Recall.Value, near.Density.Value, near.Coverage.Value),
		fmt.Sprintf("nearest training row: %.3f ± %.3f of a held-out row's distance to it; nearer to training than to held-out rows: %.3f ± %.3f (1 and ½ without copies)",
			m.Ratio.Value, m.Ratio.Error, m.Nearer.Value, m.Nearer.Error),
	}, nil
}

// draw writes sixteen samples of every class, with guidance 1.5.
func draw(ctx context.Context, net *score.Network, set *dataset.Set, path string) error {
	const each = 16
	var all []float64
	for k := range net.Classes() {
		own, err := net.Class(k)
		if err != nil {
			return err
		}
		m, err := guidance.ClassifierFree(own, net, guidance.Scale{Weight: 1.5})
		if err != nil {
			return err
		}
		x, err := sample(ctx, m, each, set.Dim, uint64(k))
		if err != nil {
			return err
		}
		all = append(all, x...)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		return report.Grid(w, all, set.Width, set.Height, each, net.Classes())
	})
}
