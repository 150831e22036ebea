package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMutator(t *testing.T) {
	var m mutator
	got, err := m.source("x.go", []byte(`package p

func apply(s *Step) float64 {
	const half = 1. / 2
	w[j-1] = -s.To.Sigma*math.Exp(h) - b[i+1]/2
	return w[0]
}

func (r) Memory() int { return r.n - 1 }
`))
	require.NoError(t, err)
	require.Equal(t, `package p

func apply(s *Step) float64 {
	const half = 1. / 2
	w[j-1] = mutantSub(1, mutantMul(2, mutantNeg(4, mutantOr(5, mutantOr(6, s.To, s.From).Sigma, s.To.Alpha)), math.Exp(h)), mutantQuo(7, b[i+1], 2))
	return w[0]
}

func (r) Memory() int { return r.n - 1 }
`, string(got))
	require.Equal(t, []place{
		{"x.go:5", "-s.To.Sigma*math.Exp(h) - b[i+1]/2", "a + b"},
		{"x.go:5", "-s.To.Sigma*math.Exp(h)", "b"},
		{"x.go:5", "-s.To.Sigma*math.Exp(h)", "a/b"},
		{"x.go:5", "-s.To.Sigma", "without minus"},
		{"x.go:5", "s.To.Sigma", ".Alpha"},
		{"x.go:5", "s.To", ".From"},
		{"x.go:5", "b[i+1]/2", "a"},
		{"x.go:5", "b[i+1]/2", "a b"},
	}, m.places)
	_, err = m.source("x.go", []byte("package"))
	require.Error(t, err)
}

func TestTally(t *testing.T) {
	var sum tally
	var b strings.Builder
	for _, line := range []string{`{"Caught":3,"Reached":4,"Places":9}`, "survives: x.go:5: a → b", `{"Caught":1,"Reached":1,"Places":8}`} {
		sum.line(&b, line)
	}
	require.Equal(t, tally{4, 5, 17}, sum)
	require.Equal(t, "survives: x.go:5: a → b\n", b.String())
}
