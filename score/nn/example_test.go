package nn_test

import (
	"bytes"
	"fmt"

	"github.com/ito-sde/ito/score/nn"
)

// One step of gradient descent on ½‖F − 1‖² for a picture, and the file of what
// came out. A fresh network is F = 0.
func ExampleUNet() {
	u, err := nn.NewUNet(nn.UNetShape{Height: 8, Width: 8, Base: 16, Attend: 4}.WithDefaults())
	if err != nil {
		panic(err)
	}
	u.Init(1)
	u.Pack(true)
	x, y, dy := make([]float32, 64), make([]float32, 64), make([]float32, 64)
	level, grad := []float64{0.3}, make([]float32, len(u.Parameters()))
	p := u.NewPass(1, true)
	p.Forward(y, x, level, nil)
	fmt.Println("F =", y[27])
	for i := range dy {
		dy[i] = y[i] - 1
	}
	p.Backward(grad, nil, dy, x)
	for i, g := range grad {
		u.Parameters()[i] -= 1e-3 * g
	}
	u.Pack(false)
	p.Forward(y, x, level, nil)
	fmt.Println("nearer to 1:", y[27] > 0 && y[27] < 1)

	var file bytes.Buffer
	if err := nn.WriteSafetensors(&file, nil, u.Tensors("", u.Parameters())); err != nil {
		panic(err)
	}
	_, tensors, err := nn.ReadSafetensors(&file)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(tensors), "tensors, the first", tensors[0].Name, tensors[0].Shape)
	// Output:
	// F = 0
	// nearer to 1: true
	// 180 tensors, the first embed0.weight [64 64]
}

// A network of rows without structure, of a class or of none in particular.
func ExampleMLP() {
	m, err := nn.NewMLP(nn.Shape{Dim: 2, Hidden: 16, Blocks: 1, Classes: 3})
	if err != nil {
		panic(err)
	}
	m.Init(1)
	m.Pack(false)
	y := make([]float32, 4)
	m.NewPass(2, false).Forward(y, []float32{1, 2, 3, 4}, []float64{0.5, -0.5}, []int{2, nn.NullClass})
	fmt.Println(y, m.Shape.Parameters())
	// Output: [0 0 0 0] 1986
}
