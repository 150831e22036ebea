package sde

import (
	"fmt"
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
}

// ByName returns the catalogue's process.
func ByName(name string) (Process, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Process, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("sde: no process %q; known: %s", name, strings.Join(names, ", "))
}
