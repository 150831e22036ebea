package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
)

// study is what the README's figures about tuning are made from.
type study struct {
	set     *dataset.Set
	process sde.Process
	data    *divergence.Gaussian
}

func newStudy(t *testing.T) study {
	if os.Getenv("ITO_TUNE_STUDY") == "" {
		t.Skip("takes many minutes; make tune-study")
	}
	set, err := dataset.Digits()
	require.NoError(t, err)
	g, err := divergence.Fit(set.X, set.Dim)
	require.NoError(t, err)
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	return study{set, p, g}
}

// cutoff fixes a grid's end where most of the standard grids have it.
func (s study) cutoff() tune.Range {
	cutoff, _ := s.process.Horizon()
	l := s.process.At(cutoff).Lambda()
	return tune.Range{Lo: l, Hi: l}
}

// Exact W2 on the Gaussian surrogate at ten evaluations, for every sampler: of the
// best standard grid, of one tuned between the process's own ends, and of one with
// a free end; all from the same prior.
func TestTuneStudySurrogate(t *testing.T) {
	s := newStudy(t)
	data, err := tune.NewSurrogate(s.data)
	require.NoError(t, err)
	fmt.Printf("exact W2 on the digits' Gaussian at NFE 10, in pixels from 0 to 1\n%-19s %9s %-10s %9s %6s  %9s %6s %8s\n",
		"sampler", "best", "grid", "tuned", "gain", "free end", "gain", "seconds")
	gain := map[string]float64{}
	for _, e := range sampler.Catalogue {
		c := tune.Config{Process: s.process, Rule: e.Rule, NFE: 10, Objective: data}
		begin := time.Now()
		free, err := tune.Grid(context.Background(), c)
		if err != nil {
			fmt.Printf("%-19s %v\n", e.Name, err)
			continue
		}
		spent := time.Since(begin).Seconds()
		c.Last = s.cutoff()
		r, err := tune.Grid(context.Background(), c)
		require.NoError(t, err)
		best := r.Standard[0]
		gain[e.Name] = best.Error / r.Error
		fmt.Printf("%-19s %9.5f %-10s %9.5f %6.1f  %9.5f %6.1f %8.2f\n", e.Name, best.Error*s.set.Unit, best.Name, r.Error*s.set.Unit, gain[e.Name],
			free.Error*s.set.Unit, best.Error/free.Error, spent)
	}
	for _, name := range []string{"dpm++2m", "dpm++3m", "unipc-2", "unipc-3", "sde-dpm++2m"} {
		require.GreaterOrEqual(t, gain[name], 10.0, name)
	}
}

// Ten evaluations on the exact score of a mixture of 20 Gaussians: bounds for the
// W2 between the output laws of samplers and of the flow, on starts that tuning did
// not see, of every standard grid and of a tuned one; and, for the sampler that
// gains most, to the mixture itself, with the errors of its prior and of the
// process's cut-off.
func TestTuneStudyMixture(t *testing.T) {
	s := newStudy(t)
	ctx := context.Background()
	m, _, err := score.FitMixture(ctx, s.set.X, s.set.Dim, 20, score.EMConfig{Seed: 1})
	require.NoError(t, err)
	const rows = 4000
	for _, c := range []struct {
		process, sampler string
		exact            bool // that the tuned grid is at half or less can be shown, to the mixture itself
	}{{"edm", "edm-heun", true}, {"edm", "unipc-2-b1", true}, {"vp", "unipc-3", false}} {
		t.Run(c.process+"/"+c.sampler, func(t *testing.T) {
			begin := time.Now()
			p, err := sde.ByName(c.process)
			require.NoError(t, err)
			e, err := sampler.ByName(c.sampler)
			require.NoError(t, err)
			paths := func(rows int, seed uint64, data []float64) *tune.Paths {
				p, err := tune.NewPaths(ctx, tune.PathsConfig{Process: p, Model: m, Rows: rows, Seed: seed, Data: data})
				require.NoError(t, err)
				return p
			}
			r, err := tune.Grid(ctx, tune.Config{Process: p, Rule: e.Rule, NFE: 10, Objective: paths(400, 99, nil), Starts: 4, Smoothness: 0.001})
			require.NoError(t, err)
			fmt.Printf("%s on the digits' mixture, %s, NFE %d, W2 in pixels; %s, %.0f s\n", c.sampler, c.process, r.NFE, levels(r.Grid), time.Since(begin).Seconds())
			s.enclose(t, r, "the flow's law", paths(rows, 7, nil), 0)
			if c.exact {
				cutoff, _ := p.Horizon()
				at := p.At(cutoff)
				low, high := s.enclose(t, r, "the mixture", paths(rows, 8, m.Sample(rows, 9)), at.Sigma/at.Alpha*math.Sqrt(float64(s.set.Dim))*s.set.Unit)
				require.LessOrEqual(t, high, low/2)
			}
		})
	}
}

// enclose prints the bounds of W2 for the standard grids and the tuned one, and
// returns where the best of the former is or above, and the latter or below: five
// standard errors off, which is false once in 10⁶ at most, and with slack.
func (s study) enclose(t *testing.T, r *tune.Result, what string, p *tune.Paths, slack float64) (standard, tuned float64) {
	fmt.Printf("to %s; the flow's own ends are known to %.4f and better\n", what, p.Slack()*s.set.Unit)
	standard = math.Inf(1)
	for _, g := range append(r.Standard, r.Judged) {
		b, err := p.Bounds(context.Background(), sampler.Config{Rule: r.Rule, Grid: g.Grid})
		require.NoError(t, err)
		fmt.Printf("%-10s from %s to %s\n", g.Name, apart(b.Lower, s.set.Unit), apart(b.Upper, s.set.Unit))
		if g.Name == "tuned" {
			tuned = math.Sqrt(b.Upper.Value+5*b.Upper.Error)*s.set.Unit + slack
		} else {
			standard = min(standard, math.Sqrt(max(0, b.Lower.Value-5*b.Lower.Error))*s.set.Unit-slack)
		}
	}
	fmt.Printf("the best standard grid is at %.3f or above, the tuned one at %.3f or below: ratio %.2f\n", standard, tuned, standard/tuned)
	return standard, tuned
}

// apart shows an estimate of a squared distance as one of the distance.
func apart(squared statistics.Estimate, unit float64) string {
	value := math.Sqrt(max(squared.Value, 0))
	return fmt.Sprintf("%.4f ± %.4f", value*unit, squared.Error/(2*value)*unit)
}

// The shipped network: the Fréchet distance at eight evaluations of a grid tuned
// for it, beside that of every sampler on every standard grid at twelve.
func TestTuneStudyNetwork(t *testing.T) {
	s := newStudy(t)
	ctx := context.Background()
	net, err := loadModel("")
	require.NoError(t, err)
	frechet := func(c sampler.Config, n int, seed uint64) float64 {
		e, err := tune.Moments{Model: net, Data: s.data, Rows: n, Seed: seed}.Error(ctx, c)
		if err != nil {
			return math.Inf(1) // a sampler that diverges, or cannot run on this model
		}
		return e * e * s.set.Unit * s.set.Unit
	}
	type run struct {
		name   string
		config sampler.Config
		at     float64
	}
	var runs []run
	for _, e := range sampler.Catalogue {
		steps := sampler.StepsFor(e.Rule.Cost(), 12, true)
		if steps < 1 {
			continue
		}
		grids, err := tune.Standard(s.process, steps)
		require.NoError(t, err)
		for _, g := range grids {
			c := sampler.Config{Process: s.process, Rule: e.Rule, Grid: g.Grid}
			runs = append(runs, run{e.Name + " " + g.Name, c, frechet(c, 500, 1)})
		}
	}
	byDistance := func(a, b run) int { return cmp.Compare(a.at, b.at) }
	slices.SortStableFunc(runs, byDistance)
	fmt.Printf("%d samplers with grids at NFE 12\n", len(runs))
	// 500 samples tell which are far off, 2000 of the others which are near.
	runs = runs[:120]
	for i := range runs {
		runs[i].at = frechet(runs[i].config, 2000, 2)
	}
	slices.SortStableFunc(runs, byDistance)
	rule := sampler.UniPC{Order: 2}
	r, err := tune.Grid(ctx, tune.Config{Process: s.process, Rule: rule, NFE: 8, Starts: 4, Evaluations: 250, Last: s.cutoff(),
		Objective: tune.Moments{Model: net, Data: s.data, Rows: 1500, Seed: 99}})
	require.NoError(t, err)
	tuned := sampler.Config{Process: s.process, Rule: rule, Grid: r.Grid}
	// What was chosen among many is judged anew, on noise that nobody has seen.
	const seeds, rows = 3, 10000
	mean := func(c sampler.Config) (m float64) {
		for seed := range uint64(seeds) {
			m += frechet(c, rows, 1000+seed) / seeds
		}
		return m
	}
	runs = runs[:12]
	for i := range runs {
		runs[i].at = mean(runs[i].config)
	}
	slices.SortStableFunc(runs, byDistance)
	at := mean(tuned)
	fmt.Printf("Fréchet distance of %d samples, mean of %d seeds\nNFE  8 %-28s %.5f  %s\n", rows, seeds, "unipc-2 tuned", at, levels(r.Grid))
	for _, c := range runs {
		fmt.Printf("NFE 12 %-28s %.5f\n", c.name, c.at)
	}
	require.LessOrEqual(t, at, runs[0].at)
}

func levels(g sampler.Grid) string {
	out := "λ"
	for _, l := range g.Levels(nil) {
		out += fmt.Sprintf(" %.2f", l.Lambda())
	}
	return out
}
