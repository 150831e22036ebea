package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
)

// lossCurve collects the loss of every step.
type lossCurve struct {
	lines []score.TrainStep
	mean  float64 // moving
	held  float64 // last loss on rows held out; 0: none
}

// readCurve begins with what an interrupted run of the same model left.
func readCurve(out string) (*lossCurve, error) {
	l := new(lossCurve)
	if _, err := os.Stat(out + ".state"); err != nil {
		return l, nil // no such run
	}
	f, err := os.Open(out + ".loss.jsonl")
	if errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	for d := json.NewDecoder(f); ; {
		var s score.TrainStep
		if err := d.Decode(&s); errors.Is(err, io.EOF) {
			return l, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w; remove it", f.Name(), err)
		}
		l.add(s)
	}
}

// add takes the place of what is known of this step and later ones: a run may
// have been killed behind its last state.
func (l *lossCurve) add(s score.TrainStep) {
	if n := len(l.lines); n > 0 && l.lines[n-1].Step >= s.Step {
		at, _ := slices.BinarySearchFunc(l.lines, s.Step, func(t score.TrainStep, step int) int { return t.Step - step })
		l.lines = l.lines[:at]
	}
	l.lines = append(l.lines, s)
	if s.HeldOut != 0 {
		l.held = s.HeldOut
	}
	l.mean += (s.Loss - l.mean) / float64(min(len(l.lines), 200))
}

// heldOut is what there is to say of it.
func (l *lossCurve) heldOut() string {
	if l.held == 0 {
		return ""
	}
	return fmt.Sprintf(", %.4f on rows held out", l.held)
}

// write makes OUT.loss.jsonl and OUT.loss.png.
func (l *lossCurve) write(out string) error {
	if len(l.lines) == 0 { // resumed at the end
		return nil
	}
	if err := atomicfile.Write(out+".loss.jsonl", func(w io.Writer) error {
		e := json.NewEncoder(w)
		for _, s := range l.lines {
			if err := e.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	x, y := make([]float64, len(l.lines)), make([]float64, len(l.lines))
	for i, s := range l.lines {
		x[i], y[i] = float64(s.Step), s.Loss
	}
	return atomicfile.Write(out+".loss.png", func(w io.Writer) error { return report.LossCurve(w, x, y) })
}
