package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
)

func trainCommand() *cobra.Command {
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train --data FILE --out MODEL",
		Short: "Train a score network on data by denoising score matching",
		Long: `Train fits a small network to a data set and writes it as a safetensors file:
an MLP of any rows, or with --model unet a convolutional U-Net of pictures.

The state of the run is kept in MODEL.state: after Ctrl-C, a crash or a power
cut the same command goes on from there, to the same bits as a run that was
never interrupted. MODEL.loss.png shows the loss, MODEL.loss.jsonl lists it.

` + trainChoices(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	o.flags(cmd)
	return cmd
}

func (o *trainOptions) run(cmd *cobra.Command) error {
	if o.out == "" {
		return errors.New("--out says where to write the model, and is missing")
	}
	// Better before the work than after it.
	if f, err := os.Stat(o.out); err == nil && f.IsDir() {
		return fmt.Errorf("--out %s is a folder; name a file", o.out)
	}
	set, err := dataset.Load(o.data)
	if err != nil {
		return err
	}
	c, err := o.config(set)
	if err != nil {
		return err
	}
	if c.Metadata, err = frameOf(set); err != nil {
		return err
	}
	c.State = o.out + ".state"
	bar := newProgress(os.Stderr)
	var curve lossCurve
	begin := time.Now()
	c.Observer = func(s score.TrainStep) {
		curve.add(s)
		bar.set(int64(s.Step), int64(s.Steps), fmt.Sprintf("step %d, loss %.4f%s", s.Step, curve.mean, curve.heldOut()))
	}
	n, err := score.Train(cmd.Context(), set.X, set.Dim, c)
	bar.clear()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(o.out, n.Save); err != nil {
		return err
	}
	if err := curve.write(o.out); err != nil {
		return err
	}
	// The run is over: its state would only stop the next one.
	if err := os.Remove(c.State); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d parameters, %d steps in %s, loss %.4f%s\n", o.out, n.Parameters(), len(curve.lines), time.Since(begin).Round(time.Second), curve.mean, curve.heldOut())
	return nil
}

// lossCurve collects the loss of every step of this run.
type lossCurve struct {
	lines []score.TrainStep
	mean  float64 // moving
	held  float64 // last loss on rows held out; 0: none
}

func (l *lossCurve) add(s score.TrainStep) {
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
