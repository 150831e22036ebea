package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// items is how many systems there are; core is how many of them are the core.
const items, core = 44, 17

// row is one known answer of one numbered system.
type row struct {
	item  int
	what  string
	known string // in words or as a formula
	// Where it is: package path under the module, dot, name.
	symbol, example, test string
	compute               func(ctx context.Context) (answer, error)
}

// answer is what is known, what the library obtains, and by how much they may differ:
// rounding, the tolerance of a solver, or six standard errors of a simulation, a false
// alarm of 2e-9.
type answer struct{ want, got, tolerance float64 }

func (a answer) holds() bool { return math.Abs(a.got-a.want) <= a.tolerance }

func (a answer) String() string {
	return fmt.Sprintf("obtained %.10g, known %.10g ± %.1g", a.got, a.want, a.tolerance)
}

// rows are all of them, in order.
func rows() []row {
	all := slices.Concat(processes(), flows(), gaussians(), latents(), regressions(), informations(), adversaries(), codes(), mechanics(), models())
	slices.SortStableFunc(all, func(a, b row) int { return a.item - b.item })
	return all
}

func render(rows []row, answers []answer) string {
	var b strings.Builder
	b.WriteString("# Systems\n\nOne known answer or more for each system of mathematics that ito is made for, computed by the library itself: `make systems` writes this table anew, and `go test ./validation/systems` fails where an answer is out of its tolerance or a name is not in the source. Obtained numbers may differ in their last digits between architectures. Items 1 to 17 are the core, the others plug into it.\n")
	for i, r := range rows {
		if i == 0 || r.item == core+1 && rows[i-1].item <= core {
			title := "Core"
			if r.item > core {
				title = "What plugs in"
			}
			fmt.Fprintf(&b, "\n## %s\n\n| # | system | known answer | its value | obtained | within | in the library | example | test |\n|---|---|---|---|---|---|---|---|---|\n", title)
		}
		a := answers[i]
		fmt.Fprintf(&b, "| %s %s | %s | %s |\n", head(r), number(a.want), number(a.got)+" | "+fmt.Sprintf("%.0e", a.tolerance), tail(r))
	}
	return b.String()
}

// head and tail are what a row says without its numbers.
func head(r row) string {
	bar := strings.NewReplacer("|", `\|`)
	return fmt.Sprintf("%d | %s | %s |", r.item, bar.Replace(r.what), bar.Replace(r.known))
}

func tail(r row) string {
	return fmt.Sprintf("`%s` | `%s` | `%s`", r.symbol, r.example, r.test)
}

func number(v float64) string {
	if math.Abs(v) < 1e-9 && v != 0 {
		return fmt.Sprintf("%.0e", v)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.8g", v), ".0")
}
