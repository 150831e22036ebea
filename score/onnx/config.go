package onnx

import (
	"errors"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Errors of the package; all others come from ONNX Runtime, with the file's name.
var (
	// ErrConfig: a setting that the network in the file, or any, cannot have.
	ErrConfig = errors.New("onnx: bad configuration")
	// ErrRuntime: ONNX Runtime is not to be had.
	ErrRuntime = errors.New("onnx: no ONNX Runtime")
	// ErrFile: a file that ONNX Runtime cannot read or run.
	ErrFile = errors.New("onnx: bad network")
	// ErrClosed: the model was closed.
	ErrClosed = errors.New("onnx: model is closed")
)

// Config says what the network in a file expects and predicts.
type Config struct {
	// Parameterisation is what it predicts; the zero value is Data. A network of
	// score.EDM is given c_in x.
	Parameterisation score.Parameterisation
	// Process has the levels that it was trained for.
	Process sde.Process
	// Conditioning is how it is told of them.
	Conditioning Conditioning
	// Input, Level, Class and Output name the rows, the conditioning, the class and
	// the prediction; "": found by type, shape and the names in use.
	Input, Level, Class, Output string
	// Shape is that of one row where the file leaves it open, such as 3, 64, 64.
	Shape []int
	// NullClass is the class that stands for none, with which the model itself
	// answers; nil where the network has no classes, or none that means none.
	NullClass *int
	// LearnedVariance drops the second half of the output's channels.
	LearnedVariance bool
	// Batch is the number of rows of a run: fewer are filled up with zeros, so
	// that the bits of a row do not depend on its company. 0: that of the file, or
	// 65536 numbers' worth between 1 and 1024 rows.
	Batch int
	// Threads of one run; 0: one, since samplers have their own.
	Threads int
	// Memory bounds what all networks of the process take on the CPU, in bytes; that
	// of the first Open counts. 0: 16 GiB.
	Memory int
	// CUDA runs on a GPU, which the library must have been built for.
	CUDA bool
	// Library is ONNX Runtime's shared library; "": the environment's
	// ITO_ONNXRUNTIME, or the system's.
	Library string
}
