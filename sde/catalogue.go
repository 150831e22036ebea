package sde

import (
	"fmt"
	"slices"
	"strings"
)

// Entry describes a process of the catalogue.
type Entry struct {
	Name    string
	Process Process
	Doc     string
}

// Catalogue lists the forward processes with the literature's constants.
var Catalogue = []Entry{
	{"vp", VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, "variance preserving, linear β from 0.1 to 20"},
	{"vp-cosine", Cosine{Offset: 0.008, Cutoff: 1e-3, LambdaMin: -5.1}, "variance preserving, cosine α, λ ≥ −5.1"},
	{"subvp", SubVP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, "sub-variance-preserving, linear β from 0.1 to 20"},
	{"ve", VE{SigmaMin: 0.01, SigmaMax: 50, Cutoff: 1e-5}, "variance exploding, σ from 0.01 to 50"},
	{"edm", EDM{SigmaMin: 0.002, SigmaMax: 80}, "variance exploding, σ = t from 0.002 to 80"},
	{"flow", RectifiedFlow{Cutoff: 1e-3, End: 0.999}, "rectified flow, α = 1−t, σ = t"},
	{"trigonometric", Cosine{Cutoff: 1e-3, LambdaMin: -6.5}, "variance preserving, α = cos(πt/2), σ = sin(πt/2)"},
	{"vp-shifted", ShiftedSNR{VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, 4}, "vp for four times the resolution: λ − ln 4"},
}

// Pretrained lists the schedules that networks were trained with step by step:
// tables, smooth up to their first derivative only, and one whose end is pure
// noise.
var Pretrained = []Entry{
	{"ddpm", ddpm, "DDPM's 1000 steps, β from 1e-4 to 0.02"},
	{"ddpm-keras", keras, "Keras-DDPM's 1000 steps, β = 0.02 t/T"},
	{"ddpm-zero-snr", ZeroTerminalSNR{ddpm}, "DDPM's steps, rescaled to α = 0 at the last"},
}

// Augmented lists the processes that noise the data by way of other variables.
var Augmented = []Entry{
	{"cld", CLD{Rate: 8, Gamma: 0.04, Cutoff: 1e-3}, "critically damped Langevin diffusion, β = 4, M = 1/4"},
}

// All returns the entries of the Catalogue, of Pretrained and of Augmented.
func All() []Entry { return slices.Concat(Catalogue, Pretrained, Augmented) }

var ddpm, keras = table(LinearBetas(1000, 1e-4, 0.02)), table(LinearBetas(1000, 2e-5, 0.02))

func table(betas []float64) *Table {
	p, err := FromBetas(betas)
	if err != nil {
		panic(err) // the numbers above are what they are
	}
	return p
}

// ByName returns the process of one of All.
func ByName(name string) (Process, error) {
	all := All()
	names := make([]string, len(all))
	for i, e := range all {
		if e.Name == name {
			return e.Process, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("sde: no process %q; known: %s", name, strings.Join(names, ", "))
}
