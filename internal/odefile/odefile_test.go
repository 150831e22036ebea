package odefile

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// one is a system of one state whose right-hand side is an expression.
func one(t testing.TB, expression string) (*System, error) {
	t.Helper()
	return Parse("one.yaml", []byte("parameters: {a: 2, b: a*1.5}\ndefine: {r: x+a}\ny0: {x: 3}\nt1: 1\nequations:\n  x: "+expression+"\n"), nil)
}

// Every expression at x = 3, t = 0.5, a = 2, b = 3, r = 5, against Go's own
// arithmetic: the same operations, so the same bits.
func TestExpressions(t *testing.T) {
	x, now := 3.0, 0.5
	for expression, want := range map[string]float64{
		"x":                                 3,
		"-x^2 + a":                          -7,
		"2^3^2":                             512,
		"x**-2":                             1 / (x * x),
		"x^0":                               1,
		"x^7":                               2187,
		"x^0.5":                             math.Sqrt(x),
		"x^a":                               9,
		"x^t":                               math.Pow(x, now),
		"1/2":                               0.5,
		"7 % 4 - x":                         0,
		"r*r - b":                           22,
		"sin(x) + cos(t)*exp(-a)":           math.Sin(x) + math.Cos(now)*math.Exp(-2),
		"atan2(x, t) + hypot(3, x)":         math.Atan2(x, now) + math.Hypot(3, x),
		"max(1, x, 2) - min(x, t)":          2.5,
		"abs(-x) + sign(-x)":                2,
		"heaviside(t - 1)":                  0,
		"'x > 2 and not (t >= 1) ? 1 : -1'": 1,
		"if x == 3 or x != 3 {4} else {5}":  4,
		"let q = x + 1; q*q":                16,
		"'let x = 2; x*r'":                  10,
		"2*pi*x":                            2 * math.Pi * 3,
		"|\n    x +\n    1":                 4,
		"0x10 + 1e1 + .5 + 1_0":             36.5,
		"x/0":                               math.Inf(1),
		"true ? x : 1/0":                    0,
	} {
		s, err := one(t, expression)
		if strings.HasPrefix(expression, "true ?") { // a mapping to YAML
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, expression)
		dst := make([]float64, 1)
		require.NoError(t, s.F(dst, now, []float64{x}))
		require.Equal(t, want, dst[0], expression)
	}
}

// x·y is computed once, and evaluation allocates nothing.
func TestProgram(t *testing.T) {
	s, err := Parse("lv.yaml", []byte("\ufeff"+`
parameters: {a: 1.5, b: 1, c: 3, d: 1}
equations: {x: a*x - b*x*y, y: -c*y + d*x*y}
y0: {x: 1, y: 1}
t1: 1`), nil)
	require.NoError(t, err)
	dst, y := make([]float64, 2), []float64{2, 3}
	require.NoError(t, s.F(dst, 0, y))
	require.Equal(t, []float64{1.5*2 - 2*3, -3*3 + 2*3}, dst)
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = s.F(dst, 0, y) }))

	c := newCompiler(s)
	e := s.root.find("equations")
	require.NoError(t, c.add(e.list[0], ""))
	require.NoError(t, c.add(e.list[0], ""))
	require.Equal(t, c.p.out[0], c.p.out[1])
	require.Len(t, c.p.code, 4)
	k, err := s.constant(&node{text: "sqrt(16) + 2^0.5*a"}, "")
	require.NoError(t, err)
	require.Equal(t, 4+math.Sqrt(2)*1.5, k)
}

func TestSections(t *testing.T) {
	text := `{
	"name": "a ball", "method": "tsit5", "rtol": 1e-8,
	"parameters": {"fast": "slow*2", "slow": 3, "g": "9.81"},
	"equations": {"h": "v", "v": "-g"}, "mass": {"v": 0},
	"y0": {"v": "fast", "h": 10}, "t0": "-pi", "t1": 8, "atol": {"h": 1e-3},
	"stops": [0, "slow"], "at": [1, 2], "stiff": true,
	"events": [{"name": "floor", "when": "h", "direction": "falling", "terminal": 2, "max": 7,
		"action": {"h": "v", "v": "h"}}, {"when": "v"}]}`
	s, err := Parse("ball.json", []byte(text), map[string]string{"g": "slow", "h": "20"})
	require.NoError(t, err)
	require.Equal(t, []string{"h", "v"}, s.States)
	require.Equal(t, []float64{20, 6}, s.Y0)
	require.Equal(t, []float64{1, 0}, s.Mass)
	require.Equal(t, []float64{1e-3, 0}, s.ATols)
	require.Equal(t, []float64{0, 3}, s.Stops)
	require.Equal(t, -math.Pi, s.T0)
	require.True(t, s.Stiff)
	e := s.Events[0]
	require.Equal(t, []any{"floor", -1, 2, 7}, []any{e.Name, e.Direction, e.Terminal, e.Max})
	require.Equal(t, "event 2", s.Events[1].Name)
	y := []float64{4, 5}
	require.Equal(t, 4.0, e.G(0, y))
	e.Action(0, y)
	require.Equal(t, []float64{5, 4}, y, "every expression sees the state before")
	require.NoError(t, s.F(y, 0, []float64{1, 2}))
	require.Equal(t, []float64{2, -3}, y)
	require.Equal(t, `ball.json:4: equations.v: "-g" is -3 at t = 1`, s.Explain(1, 1, y))
}

func TestErrors(t *testing.T) {
	system := func(extra string) string { return "equations: {x: -x}\ny0: {x: 1}\nt1: 1\n" + extra }
	for text, want := range map[string]string{
		"":                              "f.yaml: the file is empty",
		"a: \x00":                       "not a text file",
		"equations: 3":                  "f.yaml:1:12: equations: want a mapping (name: value), not a single value",
		"- 1":                           "f.yaml:1:1: want a mapping",
		"y0: {x: 1}":                    "equations: missing",
		"equations: {x: 1}":             "y0: missing; want an initial value for each of x",
		"equations: {x: 1}\ny0: {x: 1}": "t1: missing",
		"equations: {x: 1, y: 2}\ny0: {x: 1}\nt1: 1":  `no value for the state "y"`,
		"equations: {x: -x\n":                         "f.yaml:1",
		system("speed: 3"):                            `f.yaml:4:1: unknown setting "speed"; known: name, description`,
		system("t1: 2"):                               "already defined",
		system("---\nt1: 2"):                          "second document",
		system("t0: x"):                               `t0: "x": "x" changes with time`,
		system("t0: 1/0"):                             `t0: "1/0" is +Inf; want a finite number`,
		system("t0: [1]"):                             "t0: want an expression, not a list",
		system("t0:"):                                 "t0: want an expression; there is none",
		system("rtol: -1"):                            `rtol: "-1": want a positive number`,
		system("atol: {y: 1}"):                        `atol: "y" is no state; states: x`,
		system("atol: -1"):                            "want a number that is not negative",
		system("points: 99999999"):                    "want a whole number from 1 to 1000000",
		system("points: 3\nat: [1]"):                  "points: given beside at",
		system("at: [0.5, 0.25]"):                     "at.2: 0.25 is out of order; want times in order from 0 to 1",
		system("stops: [4]\nt0: 3"):                   "stops.1: 4 is out of order; want times in order from 3 to 1",
		system("stiff: perhaps"):                      `stiff: "perhaps": want true or false`,
		system("define: {a: b, b: c*2, c: 1+a}"):      "goes round in a circle: a → b → c → a",
		system("parameters: {p: q, q: p}"):            "goes round in a circle: p → q → p",
		system("parameters: {p: 2*t}"):                `parameters.p: "2*t" changes with time`,
		system("parameters: {p: x}"):                  `parameters.p: "x": unknown name "x"; known: p, pi`,
		system("parameters: {x: 1}"):                  `"x" is among the parameters.x already`,
		system("parameters: {t: 1}"):                  `"t" is time`,
		system("parameters: {a-b: 1}"):                `"a-b" cannot be a name`,
		system("parameters: {$env: 1}"):               `"$env" cannot be a name`,
		system("parameters: {p: &q 1}"):               "anchors, aliases and tags are not read",
		system("events: {a: 1}"):                      "events: want a list",
		system("events: [{when: x > 1}]"):             `events.1.when: "x > 1": is true or false; want a number`,
		system("events: [{name: a}]"):                 "events.1.when: missing",
		system("events: [{when: x, direction: up}]"):  `"up": want rising, falling or both`,
		system("events: [{when: x, terminal: 0}]"):    "want a whole number from 1",
		system("events: [{when: x, action: {z: 1}}]"): `action: "z" is no state`,
		system("mass: {z: 1}"):                        `mass: "z" is no state`,
		"a: " + strings.Repeat("[", 100_000):          "brackets within each other",
		strings.Repeat("- ", 5000) + "1":              "indented by more than",
		strings.Repeat("a: 1\n", 10_000):              "more than 8192 names with values",
		strings.Repeat("a: 1\n", 100_000):             "more than 262144 bytes",
	} {
		_, err := Parse("f.yaml", []byte(text), nil)
		require.ErrorContains(t, err, want, text[:min(len(text), 80)])
	}
	for expression, want := range map[string]string{
		"w + 1":                                  `one.yaml:6:6: equations.x: "w + 1": unknown name "w"; known: t, x, a, b, r, pi`,
		"x +":                                    "unexpected token EOF (column 3 of it)",
		"x.y":                                    `"x.y" is no arithmetic`,
		"sum(x)":                                 `no function "sum"; known: abs, sign`,
		"sin(x, 1)":                              "sin takes 1 arguments, not 2",
		"atan2(x)":                               "atan2 takes 2 arguments, not 1",
		"max()":                                  "max takes 2 arguments, not 0",
		"x > 1":                                  "is true or false; want a number",
		"1 + (x > 1)":                            `"x > 1" is true or false where a number should stand`,
		"x and 1":                                `"x" is a number where a condition should stand`,
		"if x {1} else {2}":                      `"x" is a number where a condition should stand`,
		"x matches 'a'":                          "is none of arithmetic",
		"1e999":                                  "invalid float literal",
		"(x => 1)(2)":                            "unexpected token",
		"env()":                                  `no function "env"`,
		"\"" + strings.Repeat("(", 8000) + "\"":  "unexpected token EOF",
		"\"" + strings.Repeat("-", 8000) + "x\"": "",
		"\"" + strings.Repeat("x+", 8000) + "x\"": "at most 8192",
	} {
		_, err := one(t, expression)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want, expression[:min(len(expression), 60)])
	}
	_, err := Parse("f.yaml", []byte(system("")), map[string]string{"z": "1"})
	require.ErrorContains(t, err, `no parameter or initial value "z" to set; known: t, x`)
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir, nil)
	require.ErrorContains(t, err, "is a folder")
	_, err = Load(filepath.Join(dir, "no.yaml"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	big := filepath.Join(dir, "big.yaml")
	require.NoError(t, os.WriteFile(big, make([]byte, maxBytes+10), 0o600))
	_, err = Load(big, nil)
	require.ErrorContains(t, err, "big.yaml: more than 262144 bytes")
}

// Whatever a file says, the answer is a system that can be evaluated or an error
// that names the file.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"equations: {x: -x}\ny0: {x: 1}\nt1: 1",
		"parameters: {a: b, b: 2}\ndefine: {r: x/a}\nequations:\n  x: 'r > 1 ? sin(r)^3 : let q = t; q'\ny0: {x: a}\nt1: 2*pi\nevents: [{when: x, action: {x: -x}, terminal: 2}]",
		`{"equations": {"x": "max(x, 1e-3) % 2"}, "y0": {"x": 1}, "t1": 3, "at": [1, 2], "atol": {"x": 1}}`,
		"a: &b [*b]", "? x", "a: |\n  1\n", "- - - 1", "{{{{", "x: !!binary 1", "%YAML 1.2\n---\na", "<<: {a: 1}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("f.yaml", []byte(text), nil)
		if err != nil {
			require.ErrorContains(t, err, "f.yaml")
			return
		}
		dst := make([]float64, len(s.Y0))
		require.NoError(t, s.F(dst, s.T0, s.Y0))
		if l := s.Linearisation; l.Jacobian != nil {
			require.NoError(t, l.Jacobian(l.Pattern.New(), s.T0, s.Y0))
		}
		for i, e := range s.Events {
			e.G(s.T0, s.Y0)
			if e.Action != nil {
				e.Action(s.T0, dst)
			}
			require.NotEmpty(t, e.Name, i)
		}
	})
}

func BenchmarkLorenz(b *testing.B) {
	s, err := Parse("l.yaml", []byte("equations: {x: 10*(y-x), y: x*(28-z)-y, z: x*y-8/3*z}\ny0: {x: 1, y: 1, z: 1}\nt1: 1"), nil)
	require.NoError(b, err)
	dst, y := make([]float64, 3), []float64{1, 2, 3}
	b.ReportAllocs()
	for b.Loop() {
		_ = s.F(dst, 0, y)
	}
}
