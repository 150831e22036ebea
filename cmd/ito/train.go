package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
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
never interrupted. MODEL.loss.png shows the loss, MODEL.loss.jsonl lists it, a
line a step.

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
	if o.c.Steps < 1 {
		return fmt.Errorf("--steps %d: want at least one", o.c.Steps)
	}
	if err := atomicfile.Check(o.out); err != nil { // better before the work than after it
		return err
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
	curve, err := readCurve(o.out)
	if err != nil {
		return err
	}
	begin := time.Now()
	steps := 0
	c.Observer = func(s score.TrainStep) {
		steps++
		curve.add(s)
		bar.set(int64(s.Step), int64(s.Steps), fmt.Sprintf("step %d, loss %.4f%s", s.Step, curve.mean, curve.heldOut()))
	}
	n, err := score.Train(cmd.Context(), set.X, set.Dim, c)
	bar.clear()
	if err != nil {
		if steps > 0 { // for the run that goes on from here
			err = errors.Join(err, curve.write(o.out))
		}
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
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d parameters, %d steps in %s, loss %.4f%s\n", o.out, n.Parameters(), steps, time.Since(begin).Round(time.Second), curve.mean, curve.heldOut())
	return nil
}
