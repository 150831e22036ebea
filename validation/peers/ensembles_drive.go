package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

// cores is the driver that runs on one core and on two.
const cores = "ito-cores"

// simulation is ito's driver on a model: NAME MODEL PATHS STEPS ROUNDS.
type simulation struct {
	name, model  string
	paths, steps int
	rounds       int
	out          io.Writer
}

func parseSimulation(args []string, out io.Writer) (*simulation, error) {
	if len(args) != 5 {
		return nil, fmt.Errorf("peers: %d arguments, want NAME MODEL PATHS STEPS ROUNDS", len(args))
	}
	s := &simulation{name: args[0], model: args[1], out: out}
	for i, dst := range []*int{&s.paths, &s.steps, &s.rounds} {
		n, err := strconv.Atoi(args[2+i])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("peers: %q is no positive number", args[2+i])
		}
		*dst = n
	}
	return s, nil
}

func (s *simulation) print(method string, seconds, moment float64) error {
	return json.NewEncoder(s.out).Encode(rate{Model: s.model, Peer: s.name, Method: method, Seconds: seconds, Moment: moment})
}

func simulate(args []string, out io.Writer) error {
	s, err := parseSimulation(args, out)
	if err != nil {
		return err
	}
	if s.model == normals {
		return s.numbers()
	}
	return s.ensemble()
}

// numbers draws normals alone: in tiles as ensembles do, and from one stream.
func (s *simulation) numbers() error {
	if s.name == cores {
		return nil
	}
	x := make([]float64, 8*noise.BlockRows)
	times := s.paths*s.steps/len(x) + 1
	stream := noise.NewStream(noise.Address{Use: noise.Test})
	for _, m := range []struct {
		method string
		fill   func(i int)
	}{
		{"tiles", func(i int) {
			noise.Gaussian{}.Normal(x, 1, noise.Address{Use: noise.Test, Step: uint64(i)})
		}},
		{"stream", func(int) { stream.Fill(x) }},
	} {
		seconds, err := measure.Least(s.rounds, func() error {
			for i := range times {
				m.fill(i)
			}
			return nil
		})
		if err != nil {
			return err
		}
		square, n := 0.0, 0
		for i := range 2000 {
			m.fill(times + i)
			for _, v := range x {
				square += v * v
				n++
			}
		}
		if err := s.print(m.method, seconds/float64(times)/float64(len(x)), square/float64(n)); err != nil {
			return err
		}
	}
	return nil
}

// ensemble measures the model's Euler–Maruyama method, beside the time of the
// normal numbers it takes.
func (s *simulation) ensemble() error {
	e, err := models.ByName(s.model)
	if err != nil {
		return err
	}
	m, err := statistics.NewMoments(e.System.Dim, 2)
	if err != nil {
		return err
	}
	c := sde.Ensemble{Method: e.Method, System: e.System, T1: e.T1, Steps: s.steps, Initial: e.Initial,
		Paths: uint64(s.paths), Address: noise.Address{Seed: 7}, Statistics: []statistics.Reducer{m}}
	var moment float64
	run := func(workers int) error {
		c.Workers = workers
		r, err := c.Run(context.Background())
		if err == nil {
			moment = momentOf(s.model, r.Statistics[0][0].(*statistics.Moments))
		}
		return err
	}
	each := 1 / (float64(s.paths) * float64(s.steps))
	if s.name == cores {
		if err := run(2); err != nil {
			return err
		}
		whole := moment
		// Wall time has to find two idle cores: very short runs, many of them.
		c.Steps = max(1, s.steps/20)
		c.T1 *= float64(c.Steps) / float64(s.steps)
		c.Paths = min(c.Paths, 32*sde.ChunkPaths)
		each = 1 / (float64(c.Paths) * float64(c.Steps))
		one, two, err := s.wall(run)
		moment = whole
		if err != nil {
			return err
		}
		if err := s.print("1 core", one*each, moment); err != nil {
			return err
		}
		return s.print("2 cores", two*each, moment)
	}
	noises := e.System.Noises()
	z := make([]float64, 8*noise.BlockRows*noises)
	tiles := s.paths / (8 * noise.BlockRows)
	draw := func() error {
		for k := range s.steps {
			for i := range tiles {
				noise.Gaussian{}.Normal(z, noises, noise.Address{Seed: 7, Use: noise.Test, Row: uint64(i * 8 * noise.BlockRows), Step: uint64(k)})
			}
		}
		return nil
	}
	step, alone := math.Inf(1), math.Inf(1)
	for range s.rounds { // in turn, for both to meet the same machine
		a, err := measure.Least(1, func() error { return run(1) })
		if err != nil {
			return err
		}
		b, err := measure.Least(1, draw)
		if err != nil {
			return err
		}
		step, alone = min(step, a), min(alone, b)
	}
	if err := s.print("euler", step*each, moment); err != nil {
		return err
	}
	return s.print(normals, alone/float64(tiles*8*noise.BlockRows)/float64(s.steps), moment)
}

// wall is the least wall time on one core and on two, in turn.
func (s *simulation) wall(run func(workers int) error) (one, two float64, err error) {
	one, two = math.Inf(1), math.Inf(1)
	for range 200 * s.rounds {
		for workers, best := range map[int]*float64{1: &one, 2: &two} {
			begin := time.Now()
			if err := run(workers); err != nil {
				return 0, 0, err
			}
			*best = min(*best, time.Since(begin).Seconds())
		}
	}
	return one, two, nil
}

// momentOf is the moment of contests.
func momentOf(model string, m *statistics.Moments) float64 {
	mean, variance := m.Mean(0).Value, m.Variance(0).Value
	switch model {
	case "ou":
		return variance
	case "doublewell":
		return variance + mean*mean
	}
	return mean
}
