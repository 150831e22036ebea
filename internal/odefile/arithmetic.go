package odefile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

func (c *compiler) unary(n *ast.UnaryNode) (value, error) {
	switch n.Operator {
	case "-", "+":
		s, err := c.numbers(n.Node)
		if err != nil || n.Operator == "+" {
			return value{slot: first(s)}, err
		}
		return value{slot: c.emit(opNeg, s[0])}, nil
	case "not", "!":
		s, err := c.truths(n.Node)
		if err != nil {
			return value{}, err
		}
		return value{c.emit(opNot, s[0]), true}, nil
	}
	return value{}, fmt.Errorf("operator %q is none of arithmetic", n.Operator)
}

func first(s []int32) int32 {
	if len(s) == 0 {
		return 0
	}
	return s[0]
}

func (c *compiler) binary(n *ast.BinaryNode) (value, error) {
	o, ok := map[string]op{
		"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "%": opBinary, "^": opBinary, "**": opBinary,
		"<": opLess, "<=": opLessEqual, ">": opLess, ">=": opLessEqual, "==": opEqual, "!=": opEqual,
		"and": opAnd, "&&": opAnd, "or": opOr, "||": opOr,
	}[n.Operator]
	if !ok {
		return value{}, fmt.Errorf("operator %q is none of arithmetic", n.Operator)
	}
	if o == opAnd || o == opOr {
		s, err := c.truths(n.Left, n.Right)
		if err != nil {
			return value{}, err
		}
		return value{c.emit(o, s...), true}, nil
	}
	s, err := c.numbers(n.Left, n.Right)
	if err != nil {
		return value{}, err
	}
	switch n.Operator {
	case "%":
		return value{slot: c.emit(opBinary, s[0], s[1], functionOf("mod"))}, nil
	case "^", "**":
		return value{slot: c.power(s[0], s[1])}, nil
	case ">", ">=":
		s[0], s[1] = s[1], s[0]
	}
	slot := c.emit(o, s...)
	if n.Operator == "!=" {
		slot = c.emit(opNot, slot)
	}
	return value{slot, o >= opLess && o <= opEqual}, nil
}

func functionOf(name string) int32 {
	return int32(slices.IndexFunc(binary, func(f binaryFunction) bool { return f.name == name }))
}

// power multiplies where the exponent is a small whole number.
func (c *compiler) power(a, b int32) int32 {
	n := c.p.slab[b]
	if !c.isConst[b] || n != math.Trunc(n) || math.Abs(n) > 16 || c.isConst[a] {
		if c.isConst[b] && n == 0.5 {
			return c.emit(opUnary, a, 0, int32(slices.IndexFunc(unary, func(f unaryFunction) bool { return f.name == "sqrt" })))
		}
		return c.emit(opBinary, a, b, functionOf("pow"))
	}
	result, square := c.constant(1).slot, a
	one := result
	for k := int(math.Abs(n)); k > 0; k >>= 1 {
		if k&1 == 1 {
			if result == one {
				result = square
			} else {
				result = c.emit(opMul, result, square)
			}
		}
		if k > 1 {
			square = c.emit(opMul, square, square)
		}
	}
	if n < 0 {
		result = c.emit(opDiv, one, result)
	}
	return result
}

func (c *compiler) conditional(n *ast.ConditionalNode) (value, error) {
	cond, err := c.truths(n.Cond)
	if err != nil {
		return value{}, err
	}
	a, err := c.node(n.Exp1)
	if err != nil {
		return value{}, err
	}
	b, err := c.node(n.Exp2)
	if err != nil {
		return value{}, err
	}
	if a.truth != b.truth {
		return value{}, fmt.Errorf("%q is a number on one side and true or false on the other", clip(n.String()))
	}
	return value{c.emit(opSelect, cond[0], a.slot, b.slot), a.truth}, nil
}

// declare compiles "let name = value; rest".
func (c *compiler) declare(n *ast.VariableDeclaratorNode) (value, error) {
	v, err := c.node(n.Value)
	if err != nil {
		return value{}, err
	}
	outer := c.local
	c.local = map[string]value{n.Name: v}
	for name, v := range outer {
		if name != n.Name {
			c.local[name] = v
		}
	}
	result, err := c.node(n.Expr)
	c.local = outer
	return result, err
}

func (c *compiler) call(name string, args []ast.Node) (value, error) {
	want := func(n int) error {
		if len(args) != n {
			return fmt.Errorf("%s takes %d arguments, not %d", name, n, len(args))
		}
		return nil
	}
	if i := slices.IndexFunc(unary, func(f unaryFunction) bool { return f.name == name }); i >= 0 {
		if err := want(1); err != nil {
			return value{}, err
		}
		s, err := c.numbers(args...)
		if err != nil {
			return value{}, err
		}
		return value{slot: c.emit(opUnary, s[0], 0, int32(i))}, nil
	}
	i := functionOf(name)
	if i < 0 {
		return value{}, fmt.Errorf("no function %q; known: %s", clip(name), functionNames())
	}
	if name != "min" && name != "max" || len(args) == 0 {
		if err := want(2); err != nil {
			return value{}, err
		}
	}
	s, err := c.numbers(args...)
	if err != nil {
		return value{}, err
	}
	result := s[0]
	for _, b := range s[1:] {
		result = c.emit(opBinary, result, b, i)
	}
	return value{slot: result}, nil
}

func functionNames() string {
	var names []string
	for _, f := range unary {
		names = append(names, f.name)
	}
	for _, f := range binary {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}
