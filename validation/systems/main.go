// Command systems computes an answer that is known for each of the systems that ito is
// made for, numbered as in the plan, and writes the table of them: what is known, what
// the library obtains, and where it is declared, shown and tested.
//
//	go run ./validation/systems [--write docs/systems.md]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	write := flag.String("write", "", "file for the table; empty: standard output")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *write); err != nil {
		fmt.Fprintln(os.Stderr, "systems:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, write string) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flag.Arg(0))
	}
	rows := rows()
	var failed []error
	answers := make([]answer, len(rows))
	for i, r := range rows {
		var err error
		if answers[i], err = r.compute(ctx); err != nil {
			return fmt.Errorf("item %d, %s: %w", r.item, r.what, err)
		}
		if !answers[i].holds() {
			failed = append(failed, fmt.Errorf("item %d, %s: %v", r.item, r.what, answers[i]))
		}
	}
	text := render(rows, answers)
	if write == "" {
		fmt.Print(text)
	} else if err := os.WriteFile(write, []byte(text), 0o644); err != nil {
		return err
	}
	return errors.Join(failed...)
}
