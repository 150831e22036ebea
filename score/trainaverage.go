package score

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/vec"
)

// Profile is a power function's average of the weights θ of steps 1 to Step,
//
//	θ̂ = (γ+1)/Step^(γ+1) Σ_τ τ^γ θ(τ),
//
// in the limit of many steps. Width is the standard deviation of τ under these
// weights over Step, from 0, the last weights alone, to 1/√12 at γ = 0, the plain
// mean. Karras, Aittala, Lehtinen, Hellsten, Aila, Laine (2024), section 3.1.
type Profile struct {
	Width float64 `json:"width"`
	Step  int     `json:"step"`
}

// exponent is γ: the root of (γ+2)²(γ+3) w² = γ+1, a falling function of γ against
// a line, by bisection of ln(γ+1). Eq. 3 there.
func (p Profile) exponent() float64 {
	lo, hi := 0., 2*math.Log(1/p.Width)+1 // γ+1 < 1/w²
	for range 200 {
		m := (lo + hi) / 2
		g := math.Expm1(m)
		if math.Sqrt((g+1)/(g+3))/(g+2) > p.Width {
			lo = m
		} else {
			hi = m
		}
	}
	return math.Expm1(lo)
}

// check accepts widths of γ ≥ 0.
func (p Profile) check() error {
	if !(p.Width > 0 && p.Width <= 0.2887) || p.Step < 1 {
		return fmt.Errorf("%w: no power average of width %v at step %d; widths are above 0 and at most 0.2887", ErrTraining, p.Width, p.Step)
	}
	return nil
}

// overlap is ∫ of the product of two averages' weights over τ,
//
//	(γ+1)(δ+1)/(γ+δ+1) · m^(γ+δ+1)/(s^(γ+1) t^(δ+1)),   m = min(s, t).
func (p Profile) overlap(q Profile) float64 {
	g, d := p.exponent(), q.exponent()
	s, t := float64(p.Step), float64(q.Step)
	m := min(s, t)
	return (g + 1) * (d + 1) / (g + d + 1) * math.Exp((g+d+1)*math.Log(m)-(g+1)*math.Log(s)-(d+1)*math.Log(t))
}

const profileKey = "ito.average"

// Average makes the network of an average that was not kept, from some that were:
// the combination of the snapshots' weights whose profile is nearest, in the mean
// square over time, to the one asked for. So the width of the average is chosen
// after the training. Snapshots are what TrainConfig.Snapshots wrote, of one run;
// a few of two widths give all widths between and about them.
//
// Karras et al. (2024), section 3.2 and algorithm 3, where the shares may add up to
// less or more than one. Errors wrap [ErrTraining].
func Average(snapshots []*Network, want Profile) (*Network, error) {
	if err := want.check(); err != nil {
		return nil, err
	}
	if len(snapshots) == 0 {
		return nil, fmt.Errorf("%w: an average of no snapshots", ErrTraining)
	}
	profiles := make([]Profile, len(snapshots))
	for i, n := range snapshots {
		text, ok := n.metadata[profileKey]
		if !ok {
			return nil, fmt.Errorf("%w: network %d is no snapshot of a power average; write such with TrainConfig.Snapshots", ErrTraining, i)
		}
		if err := json.Unmarshal([]byte(text), &profiles[i]); err != nil {
			return nil, fmt.Errorf("%w: snapshot %d: %w", ErrTraining, i, err)
		}
		if err := profiles[i].check(); err != nil {
			return nil, fmt.Errorf("snapshot %d: %w", i, err)
		}
		if !n.config.same(snapshots[0].config) {
			return nil, fmt.Errorf("%w: snapshots 0 and %d are of different networks", ErrTraining, i)
		}
	}
	shares, err := mix(profiles, want)
	if err != nil {
		return nil, err
	}
	weights := make([]float64, len(snapshots[0].net.Parameters()))
	for i, n := range snapshots {
		for j, w := range n.net.Parameters() {
			weights[j] += shares[i] * float64(w)
		}
	}
	narrow := make([]float32, len(weights))
	vec.Narrow(narrow, weights, 1)
	meta := snapshots[len(snapshots)-1].Metadata()
	text, err := json.Marshal(want)
	if err != nil {
		return nil, err
	}
	meta[profileKey] = string(text)
	return newNetwork(snapshots[0].config, narrow, meta)
}

// mix returns shares c of the profiles that add up to one, so that weights which
// stand still stay, and minimise ∫ (Σ c_i p_i − want)²: with a multiplier m
//
//	G c + m = r,  Σ c = 1,   G_ij = ∫ p_i p_j,  r_i = ∫ p_i want.
func mix(profiles []Profile, want Profile) ([]float64, error) {
	k := len(profiles)
	a, b := mat.NewDense(k+1, k+1, nil), mat.NewVecDense(k+1, nil)
	b.SetVec(k, 1)
	unit := want.overlap(want) // lengths are those of the run: near one by this
	for i, p := range profiles {
		b.SetVec(i, p.overlap(want)/unit)
		a.Set(i, k, 1)
		a.Set(k, i, 1)
		for j, q := range profiles {
			a.Set(i, j, p.overlap(q)/unit)
		}
	}
	// Profiles may be the same or nearly: of all solutions take the shortest.
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil, fmt.Errorf("%w: the snapshots' profiles have no singular values", ErrTraining)
	}
	var c mat.VecDense
	svd.SolveVecTo(&c, b, svd.Rank(1e-9))
	return c.RawVector().Data[:k], nil
}

// same compares all that makes weights of one network fit another.
func (c networkConfig) same(d networkConfig) bool {
	a, err := json.Marshal(c)
	b, other := json.Marshal(d)
	return err == nil && other == nil && string(a) == string(b)
}

// power is a running average of a width.
type power struct {
	width, exponent float64
	weights         []float32
}

func newPower(width float64, parameters int) power {
	return power{width, Profile{Width: width}.exponent(), make([]float32, parameters)}
}

// add takes in the weights of a step, from 1: θ̂ += (1 − β)(θ − θ̂) with
// β = (1 − 1/step)^(γ+1). Eq. 2 there.
func (p *power) add(w []float32, step int) {
	vec.Lerp(p.weights, w, float32(-math.Expm1((p.exponent+1)*math.Log1p(-1/float64(step)))))
}

// snapshot writes the averages of this step.
func (t *trainer) snapshot() error {
	for _, p := range t.powers {
		text, err := json.Marshal(Profile{p.width, t.step})
		if err != nil {
			return err
		}
		meta := map[string]string{profileKey: string(text)}
		for k, v := range t.c.Metadata {
			meta[k] = v
		}
		n := &Network{config: t.network, metadata: meta}
		if n.net, err = t.network.network(); err != nil {
			return err
		}
		copy(n.net.Parameters(), p.weights)
		name := filepath.Join(t.c.Snapshots, fmt.Sprintf("%08d-%.4f.safetensors", t.step, p.width))
		if err := atomicfile.Write(name, n.Save); err != nil {
			return err
		}
	}
	return nil
}

// ReadSnapshots loads the networks that TrainConfig.Snapshots names, oldest first.
func ReadSnapshots(folder string) ([]*Network, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.safetensors"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no snapshots in %s", ErrTraining, folder)
	}
	slices.Sort(names)
	var all []*Network
	for _, name := range names {
		n, err := readSnapshot(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, n)
	}
	return all, nil
}

func readSnapshot(name string) (*Network, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return LoadNetwork(f)
}
