package main

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/sde/models"
)

// ensemble runs ito ensemble and returns the figures of its CSV, a map a row.
func ensemble(t *testing.T, args ...string) []map[string]float64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "e.csv")
	_, err := run(t, append([]string{"ensemble", "--out", file}, args...)...)
	require.NoError(t, err)
	f, err := os.Open(file)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows []map[string]float64
	for _, line := range lines[1:] {
		row := map[string]float64{}
		for i, field := range line {
			row[lines[0][i]], err = strconv.ParseFloat(field, 64)
			require.NoError(t, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// The files that the commands' help shows are right.
func TestHelpsFiles(t *testing.T) {
	for name, args := range map[string][]string{"solve": {"--out", "-"}, "ensemble": {"--paths", "100", "--steps", "10"}} {
		c, _, err := root().Find([]string{name})
		require.NoError(t, err)
		var lines []string
		for line := range strings.Lines(c.Long) {
			if strings.HasPrefix(line, "  ") {
				lines = append(lines, line[2:])
			}
		}
		text := strings.Join(lines, "")
		file := filepath.Join(t.TempDir(), "help.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err = run(t, append([]string{name, file}, args...)...)
		require.NoError(t, err, text)
	}
}

// The mean and the variance are those of the process with jumps, e^(rt) and e^(2rt)
// (e^((σ² + λ(1 + E e^(2J) − 2 E e^J))t) − 1), to five standard errors and the steps'.
func TestEnsembleJumps(t *testing.T) {
	const r, sigma, rate, m, s = 0.03, 0.2, 1.5, -0.1, 0.15
	square := sigma*sigma + rate*(1+math.Exp(2*m+2*s*s)-2*math.Exp(m+s*s/2))
	row := ensemble(t, "testdata/merton.yaml", "--paths", "20000", "--steps", "100")[0]
	require.InDelta(t, math.Exp(r), row["x mean"], 5*row["x mean error"]+1e-3)
	require.InDelta(t, math.Exp(2*r)*math.Expm1(square), row["x variance"], 5*row["x variance error"]+2e-3)
	row = ensemble(t, "testdata/merton.yaml", "--paths", "20000", "--steps", "100", "--set", "rate=0")[0]
	require.InDelta(t, math.Exp(2*r)*math.Expm1(sigma*sigma), row["x variance"], 5*row["x variance error"]+2e-3)
	_, err := run(t, "ensemble", "testdata/merton.yaml", "--paths", "100", "--barrier", "x=0.5")
	require.ErrorContains(t, err, "Discrete")
}

// The models' moments are the exact ones to five standard errors, and 1% for the
// steps; seeds are fixed.
func TestEnsembleModels(t *testing.T) {
	for _, m := range models.Catalogue {
		row := ensemble(t, m.Name, "--paths", "4096", "--steps", "500")[0]
		require.Equal(t, m.T1, row["t"])
		for i, name := range m.States {
			require.Positive(t, row[name+" variance"])
			if m.Mean != nil {
				require.InDelta(t, m.Mean(m.T1)[i], row[name+" mean"], 5*row[name+" mean error"]+0.01*math.Abs(m.Mean(m.T1)[i]), "%s %s", m.Name, name)
				require.InDelta(t, m.Variance(m.T1)[i], row[name+" variance"], 5*row[name+" variance error"]+0.02*m.Variance(m.T1)[i], "%s %s", m.Name, name)
			}
		}
	}
	out, err := run(t, "ensemble", "gbm", "--paths", "2048", "--steps", "10", "--quantiles", "0.5")
	require.NoError(t, err)
	require.Regexp(t, `\n1  x  1\.0\d+ +\d\.\de-03  1\.05127 `, out, "the exact mean stands beside")
	require.Contains(t, out, "50%")
	require.Contains(t, out, "2048 paths of 10 steps")
	out, err = run(t, "ensemble", "--list")
	require.NoError(t, err)
	require.Contains(t, out, "doublewell")
	require.Contains(t, out, "sosri")
}

// A file gives the catalogue's bits but for rounding, on the same noise; its
// quantity is the price of a call.
func TestEnsembleFile(t *testing.T) {
	file := filepath.Join("testdata", "heston.yaml")
	got := ensemble(t, file, "--paths", "20000", "--quantiles", "0.1,0.9")[0]
	want := ensemble(t, "heston", "--paths", "20000", "--steps", "50", "--quantiles", "0.1,0.9")[0]
	for name, v := range want {
		require.InEpsilon(t, v, got[name], 1e-9, name)
	}
	h := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	call, err := h.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	// Five standard errors, and 1% for fifty steps.
	require.InDelta(t, call, got["call mean"], 5*got["call mean error"]+0.01*call)
	require.Less(t, got["x 10%"], 1.0)
	require.Greater(t, got["x 90%"], 1.0)

	// --set, and antithetic pairs: of the odd part of a martingale's noise nothing is left.
	still := ensemble(t, file, "--set", "sigma=1e-9,mu=0", "--paths", "2000", "--antithetic")[0]
	require.InDelta(t, 1, still["x mean"], 5*still["x mean error"])
	single := ensemble(t, file, "--set", "sigma=1e-9,mu=0", "--paths", "2000")[0]
	require.Less(t, still["x mean error"], 0.3*single["x mean error"])
}

// Paths end at barriers, of the file and of the flag: the probability grows from
// time to time, and is 2Φ(−1) for a Brownian motion in one step.
func TestEnsembleBarriers(t *testing.T) {
	rows := ensemble(t, filepath.Join("testdata", "pendulum.yaml"), "--paths", "2000")
	require.Len(t, rows, 5)
	last := 0.0
	for _, row := range rows {
		require.GreaterOrEqual(t, row["P(over the top) mean"], last)
		last = row["P(over the top) mean"]
		require.LessOrEqual(t, row["angle mean"], math.Pi)
	}
	require.Greater(t, last, 0.1)

	file := filepath.Join(t.TempDir(), "w.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"equations": {"w": 0}, "diffusion": {"w": 1}, "y0": {"w": 0}, "t1": 1, "steps": 1}`), 0o644))
	row := ensemble(t, file, "--barrier", "w=1", "--paths", "20000")[0]
	require.InDelta(t, math.Erfc(1/math.Sqrt2), row["P(w=1) mean"], 5*row["P(w=1) mean error"])
	discrete := ensemble(t, file, "--barrier", "w=1", "--discrete", "--paths", "20000")[0]
	require.InDelta(t, math.Erfc(1/math.Sqrt2)/2, discrete["P(w=1) mean"], 5*discrete["P(w=1) mean error"])
}

// An interrupted run goes on from its checkpoint to the figures of one that was
// not, and says how.
func TestEnsembleResume(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "run")
	args := []string{"ensemble", "gbm", "--paths", "200000", "--steps", "20", "--out", "-"}
	want, err := run(t, args...)
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = runContext(t, cancelled, append(args, "--checkpoint", file)...)
	require.ErrorIs(t, err, context.Canceled)
	_, err = run(t, append(args[:3:3], "102400", "--steps", "20", "--checkpoint", file)...)
	require.NoError(t, err)
	_, err = run(t, append(args, "--checkpoint", file)...)
	require.ErrorContains(t, err, "--resume")
	got, err := run(t, append(args, "--checkpoint", file, "--resume")...)
	require.NoError(t, err)
	table := func(s string) string { return s[strings.Index(s, "t,x mean"):] }
	require.Equal(t, table(want), table(got))
	_, err = run(t, "ensemble", "ou", "--paths", "200000", "--steps", "20", "--checkpoint", file, "--resume")
	require.ErrorContains(t, err, "checkpoint")
}

func TestEnsembleFiles(t *testing.T) {
	dir := t.TempDir()
	chart := filepath.Join(dir, "fan.svg")
	_, err := run(t, "ensemble", "heston", "--paths", "2000", "--steps", "50", "--plot", chart)
	require.NoError(t, err)
	svg, err := os.ReadFile(chart)
	require.NoError(t, err)
	for _, s := range []string{">5% to 95%<", ">25% to 75%<", ">mean<", ">x<", ">v<"} {
		require.Contains(t, string(svg), s)
	}
	table := filepath.Join(dir, "e.npy")
	_, err = run(t, "ensemble", "ou", "--paths", "2000", "--steps", "50", "--points", "7", "--out", table)
	require.NoError(t, err)
	f, err := os.Open(table)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	x, dim, err := dataset.ReadNPY(f)
	require.NoError(t, err)
	require.Equal(t, 5, dim)
	require.Len(t, x, 7*5)
	require.Equal(t, 1.0, x[6*5])
}

func TestEnsembleErrors(t *testing.T) {
	dir := t.TempDir()
	for want, args := range map[string][]string{
		"say what":           {},
		"no model \"gmb\"":   {"gmb"},
		"no such file":       {"missing.yaml"},
		"--set is for files": {"gbm", "--set", "a=1"},
		"--paths 0.5":        {"gbm", "--paths", "0.5"},
		"even number":        {"gbm", "--paths", "3", "--antithetic"},
		"--steps 0":          {"gbm", "--steps", "0"},
		"--t1 0":             {"gbm", "--t1", "0"},
		"give one of them":   {"gbm", "--at", "1", "--points", "2"},
		"--points 0":         {"gbm", "--points", "0"},
		"--quantiles":        {"gbm", "--quantiles", "2"},
		"--accuracy":         {"gbm", "--accuracy", "2"},
		"--barrier \"y=1\"":  {"gbm", "--barrier", "y=1"},
		"state=level":        {"gbm", "--barrier", "x"},
		"--discrete":         {"gbm", "--discrete"},
		"no method":          {"gbm", "--method", "eml"},
		"Stratonovich":       {"gbm", "--method", "heun"},
		"--resume and":       {"gbm", "--resume"},
		"--every 0s":         {"gbm", "--checkpoint", filepath.Join(dir, "c"), "--every", "0s"},
		"--resume: ":         {"gbm", "--checkpoint", filepath.Join(dir, "c"), "--resume"},
		"--out e.txt":        {"gbm", "--out", "e.txt"},
		"--plot p.jpg":       {"gbm", "--plot", "p.jpg"},
		"Times[0]":           {"gbm", "--at", "2"},
	} {
		_, err := run(t, append([]string{"ensemble"}, args...)...)
		require.ErrorContains(t, err, want, args)
	}
}
