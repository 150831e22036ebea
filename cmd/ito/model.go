package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
)

// The network that "make model" trained on the embedded digits.
//
//go:embed digits.safetensors
var shipped []byte

// loadModel reads a network; no path is the shipped one.
func loadModel(path string) (*score.Network, error) {
	if path == "" {
		return score.LoadNetwork(bytes.NewReader(shipped))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	n, err := score.LoadNetwork(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// frame is the part of a data set that a network must remember to give samples
// in the data's own units.
type frame struct {
	Data   string    `json:"data"`
	Shift  []float64 `json:"shift"`
	Scale  []float64 `json:"scale"`
	Unit   float64   `json:"unit"`
	Width  int       `json:"width,omitempty"`
	Height int       `json:"height,omitempty"`
}

const frameKey = "ito.data"

func frameOf(s *dataset.Set) (map[string]string, error) {
	text, err := json.Marshal(frame{s.Name, s.Shift, s.Scale, s.Unit, s.Width, s.Height})
	return map[string]string{frameKey: string(text)}, err
}

// unframe returns an empty data set with the network's frame.
func unframe(n *score.Network) (*dataset.Set, error) {
	var f frame
	if err := json.Unmarshal([]byte(n.Metadata()[frameKey]), &f); err != nil {
		return nil, fmt.Errorf("the network does not say how its data was scaled: %w", err)
	}
	if len(f.Shift) != n.Dim() || len(f.Scale) != n.Dim() {
		return nil, fmt.Errorf("the network has %d coordinates, its data %d", n.Dim(), len(f.Shift))
	}
	return &dataset.Set{Name: f.Data, Dim: n.Dim(), Shift: f.Shift, Scale: f.Scale, Unit: f.Unit, Width: f.Width, Height: f.Height}, nil
}

// number prints four digits.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
