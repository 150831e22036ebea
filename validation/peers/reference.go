package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ito-sde/ito/validation/problems"
)

// reference solves every problem in quad precision, by extrapolation or by
// collocation on Radau's points, and prints how far the stored solutions are.
func reference(ctx context.Context, b *builder, out io.Writer) error {
	path, err := b.compile(ctx, "reference", "reference.cpp", "-lquadmath")
	if err != nil {
		return err
	}
	text, err := command(ctx, "", nil, path)
	if err != nil {
		return err
	}
	in := strings.NewReader(text)
	for {
		var name string
		var n int
		if _, err := fmt.Fscan(in, &name, &n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("peers: reference: %w", err)
		}
		y := make([]float64, n)
		for i := range y {
			if _, err := fmt.Fscan(in, &y[i]); err != nil {
				return fmt.Errorf("peers: reference of %s: %w", name, err)
			}
		}
		p, ok := problems.ByName(name)
		if !ok || len(p.Y0) != n {
			return fmt.Errorf("peers: no problem %s of %d equations", name, n)
		}
		if _, err := fmt.Fprintf(out, "%-10s %.1e\n", name, p.Error(y)); err != nil {
			return err
		}
	}
}
