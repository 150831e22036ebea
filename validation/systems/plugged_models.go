package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

// models are items 43 and 44.
func models() []row {
	return []row{
		{43, "guidance", "ClassifierFree at w = 1: the class's own denoiser",
			"score/guidance.ClassifierFree", "score/guidance.ExampleClassifierFree", "score/guidance.TestGuidanceByClassIsExact",
			guided(1)},
		{43, "guidance beyond the class", "score ∇ln p + w∇ln p(y|x) at w = 3, by its denoisers: D + w(D_y − D)",
			"score/guidance.Classifier", "score/guidance.ExampleClassifier", "score/guidance.TestGuidanceByClassIsExact",
			guided(3)},
		{44, "digits by a network", "Fréchet distance of 20 evaluations to the data, over that of EM's mixture (14): 1, give or take a half",
			"score.Network", "score.ExampleTrain", "validation.TestCompare", digits},
	}
}

// guided compares a guided denoiser of two classes with its definition.
func guided(weight float64) func(context.Context) (answer, error) {
	return func(context.Context) (answer, error) {
		var class []*score.Mixture
		for _, mean := range []float64{-1, 1} {
			m, err := score.NewMixture([]float64{1, 2}, []*score.Gaussian{isotropic(mean, 0.25), isotropic(2*mean, 0.1)})
			if err != nil {
				return answer{}, err
			}
			class = append(class, m)
		}
		c, err := score.NewConditional([]float64{1, 1}, class)
		if err != nil {
			return answer{}, err
		}
		at, x := sde.Level{Alpha: 0.8, Sigma: 0.6}, []float64{0.3}
		all, own, got := make([]float64, 1), make([]float64, 1), make([]float64, 1)
		if err := c.All().Denoise(all, x, at); err != nil {
			return answer{}, err
		}
		if err := c.Class(1).Denoise(own, x, at); err != nil {
			return answer{}, err
		}
		m, err := guidance.ClassifierFree(c.Class(1), c.All(), guidance.Scale{Weight: weight})
		if weight != 1 {
			m, err = guidance.Classifier(c.All(), guidance.Class{Of: c, Y: 1}, guidance.Scale{Weight: weight})
		}
		if err != nil {
			return answer{}, err
		}
		err = m.Denoise(got, x, at)
		return answer{all[0] + weight*(own[0]-all[0]), got[0], 1e-12}, err
	}
}

// digits samples the shipped network and a mixture fitted to its data.
func digits(ctx context.Context) (answer, error) {
	root, err := moduleRoot()
	if err != nil {
		return answer{}, err
	}
	weights, err := os.ReadFile(filepath.Join(root, "cmd", "ito", "digits.safetensors"))
	if err != nil {
		return answer{}, err
	}
	network, err := score.LoadNetwork(bytes.NewReader(weights))
	if err != nil {
		return answer{}, err
	}
	set, err := dataset.Digits()
	if err != nil {
		return answer{}, err
	}
	mixture, _, err := score.FitMixture(ctx, set.X, set.Dim, 10, score.EMConfig{MaxIter: 10, Floor: 1e-2})
	if err != nil {
		return answer{}, err
	}
	c, err := validation.Compare(ctx, validation.CompareConfig{
		X: set.X, Dim: set.Dim, Unit: set.Unit, Samplers: []string{"dpm++2m"}, NFE: []int{20}, N: 1000, Directions: 8, Seed: 1,
		Models: []validation.NamedModel{{Name: "network", Model: network}, {Name: "mixture", Model: mixture}},
	})
	if err != nil {
		return answer{}, err
	}
	return answer{1, c.Rows[0].Frechet / c.Rows[1].Frechet, 0.5}, nil
}
