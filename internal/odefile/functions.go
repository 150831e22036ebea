package odefile

import "math"

type unaryFunction struct {
	name string
	f    func(float64) float64
}

type binaryFunction struct {
	name string
	f    func(a, b float64) float64
}

// unary and binary are the functions of expressions.
var unary = []unaryFunction{
	{"abs", math.Abs}, {"sign", sign}, {"heaviside", heaviside},
	{"floor", math.Floor}, {"ceil", math.Ceil}, {"round", math.Round}, {"trunc", math.Trunc},
	{"sqrt", math.Sqrt}, {"cbrt", math.Cbrt},
	{"exp", math.Exp}, {"expm1", math.Expm1}, {"exp2", math.Exp2},
	{"log", math.Log}, {"ln", math.Log}, {"log1p", math.Log1p}, {"log2", math.Log2}, {"log10", math.Log10},
	{"sin", math.Sin}, {"cos", math.Cos}, {"tan", math.Tan},
	{"asin", math.Asin}, {"acos", math.Acos}, {"atan", math.Atan},
	{"sinh", math.Sinh}, {"cosh", math.Cosh}, {"tanh", math.Tanh},
	{"asinh", math.Asinh}, {"acosh", math.Acosh}, {"atanh", math.Atanh},
	{"erf", math.Erf}, {"erfc", math.Erfc}, {"gamma", math.Gamma},
}

var binary = []binaryFunction{
	{"pow", math.Pow}, {"mod", math.Mod}, {"atan2", math.Atan2}, {"hypot", math.Hypot},
	{"min", math.Min}, {"max", math.Max},
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
