//go:build onnx && cgo

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/onnx"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

// binding measures the exported network through score/onnx: from rows to denoised
// rows, conversions included.
func (s *spec) binding(folder string, budget float64, x []float32, out io.Writer) error {
	path := filepath.Join(folder, "net.onnx")
	if _, err := os.Stat(path); err != nil {
		return nil // PyTorch is not here
	}
	m, err := onnx.Open(path, onnx.Config{Parameterisation: score.EDM(1), Process: sde.EDM{SigmaMin: 0.002, SigmaMax: 80}, Conditioning: onnx.QuarterLogSigma})
	if errors.Is(err, onnx.ErrRuntime) {
		return nil
	}
	if err != nil {
		return err
	}
	rows, d := make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		rows[i] = float64(v)
	}
	at := sde.Level{Alpha: 1, Sigma: 3.3201169227365475} // e^(4·0.3)
	seconds, err := measure.Typical(budget, func() error { return m.Denoise(d, rows, at) })
	if err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "binding %.6g\n", seconds)
	return err
}
