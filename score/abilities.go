package score

import "github.com/ito-sde/ito/sde"

// Scorer is the ability of a [Model] to give the score ∇ log p(x) itself, without
// the cancellation of (α D − x)/σ² at small σ. [Gaussian] and [Mixture] have it.
type Scorer interface {
	Score(dst, x []float64, at sde.Level) error
}

// Tracer is the ability of a [Model] to give the trace tr ∂D/∂x of its Jacobian,
// one number for each row of x. [Gaussian] and [Mixture] have it.
type Tracer interface {
	TraceDenoise(dst, x []float64, at sde.Level) error
}

// JVP is the ability of a [Model] to give the directional derivative (∂D/∂x) v
// for every row of x and v. [Gaussian] and [Mixture] have it.
type JVP interface {
	JVPDenoise(dst, x, v []float64, at sde.Level) error
}

// LogDensity is the ability of a [Model] to give log p(x) at a level in closed
// form, one number for each row of x. [Gaussian] and [Mixture] have it.
type LogDensity interface {
	LogDensity(dst, x []float64, at sde.Level) error
}
