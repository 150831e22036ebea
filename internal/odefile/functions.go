package odefile

import "math"

// unaryFunction is f(x), with its derivative as an expression of x and f; none
// where there is no such expression.
type unaryFunction struct {
	name       string
	f          func(float64) float64
	derivative string
}

// binaryFunction is f(x, y), with its derivatives by x and y.
type binaryFunction struct {
	name string
	f    func(x, y float64) float64
	byX  string
	byY  string
}

// unary and binary are the functions of expressions.
var unary = []unaryFunction{
	{"abs", math.Abs, "sign(x)"},
	{"sign", sign, "0"}, {"heaviside", heaviside, "0"},
	{"floor", math.Floor, "0"}, {"ceil", math.Ceil, "0"}, {"round", math.Round, "0"}, {"trunc", math.Trunc, "0"},
	{"sqrt", math.Sqrt, "0.5/f"}, {"cbrt", math.Cbrt, "1/(3*f*f)"},
	{"exp", math.Exp, "f"}, {"expm1", math.Expm1, "f + 1"}, {"exp2", math.Exp2, "log(2)*f"},
	{"log", math.Log, "1/x"}, {"ln", math.Log, "1/x"}, {"log1p", math.Log1p, "1/(1 + x)"},
	{"log2", math.Log2, "1/(log(2)*x)"}, {"log10", math.Log10, "1/(log(10)*x)"},
	{"sin", math.Sin, "cos(x)"}, {"cos", math.Cos, "-sin(x)"}, {"tan", math.Tan, "1 + f*f"},
	{"asin", math.Asin, "1/sqrt(1 - x*x)"}, {"acos", math.Acos, "-1/sqrt(1 - x*x)"}, {"atan", math.Atan, "1/(1 + x*x)"},
	{"sinh", math.Sinh, "cosh(x)"}, {"cosh", math.Cosh, "sinh(x)"}, {"tanh", math.Tanh, "1 - f*f"},
	{"asinh", math.Asinh, "1/sqrt(x*x + 1)"}, {"acosh", math.Acosh, "1/sqrt(x*x - 1)"}, {"atanh", math.Atanh, "1/(1 - x*x)"},
	{"erf", math.Erf, "2/sqrt(pi)*exp(-x*x)"}, {"erfc", math.Erfc, "-2/sqrt(pi)*exp(-x*x)"},
	{"gamma", math.Gamma, ""},
}

var binary = []binaryFunction{
	{"pow", math.Pow, "y*pow(x, y - 1)", "f*log(x)"},
	{"mod", math.Mod, "1", "-trunc(x/y)"},
	{"atan2", math.Atan2, "y/(x*x + y*y)", "-x/(x*x + y*y)"},
	{"hypot", math.Hypot, "x/f", "y/f"},
	{"min", math.Min, "x <= y ? 1 : 0", "x <= y ? 0 : 1"},
	{"max", math.Max, "x >= y ? 1 : 0", "x >= y ? 0 : 1"},
}

// sign is −1, 0 or 1; of NaN it is NaN.
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// heaviside is 1 from 0 on, and 0 before.
func heaviside(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x - x + 1
}
