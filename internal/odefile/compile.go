package odefile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// maxExpression bounds an expression before expr's parser, which is recursive,
// sees it.
const maxExpression = 8192

// value is a place in the slab, and whether a truth value lies there.
type value struct {
	slot  int32
	truth bool
}

// compiler makes one program. Equal operations are computed once, those on
// constants not at all.
type compiler struct {
	s         *System
	p         *program
	constants map[uint64]int32
	isConst   map[int32]bool
	seen      map[instruction]int32
	defined   map[string]value
	busy      []string // definitions being compiled, to find circles
	local     map[string]value
	onlyConst bool // t and the state are out of reach
}

func newCompiler(s *System) *compiler {
	return &compiler{
		s: s, p: &program{slab: make([]float64, len(s.States)+1), dim: len(s.States)},
		constants: map[uint64]int32{}, isConst: map[int32]bool{}, seen: map[instruction]int32{}, defined: map[string]value{},
	}
}

// add compiles an expression that is a number into the program's next value.
func (c *compiler) add(n *node, field string) error {
	v, err := c.expression(n, field)
	if err != nil {
		return err
	}
	c.p.out = append(c.p.out, v.slot)
	return nil
}

// expression compiles a number.
func (c *compiler) expression(n *node, field string) (value, error) {
	v, err := c.parse(n)
	if err == nil && v.truth {
		err = errors.New("is true or false; want a number")
	}
	if err != nil {
		var inner *Error
		if errors.As(err, &inner) { // of a definition used here
			return value{}, err
		}
		if n.kind == scalar && n.text != "" {
			err = fmt.Errorf("%q: %w", clip(n.text), err)
		}
		return value{}, n.fail(field, err)
	}
	return v, nil
}

func (c *compiler) parse(n *node) (value, error) {
	switch {
	case n.kind != scalar:
		return value{}, fmt.Errorf("want an expression, not %v", n.kind)
	case n.text == "":
		return value{}, errors.New("want an expression; there is none")
	case len(n.text) > maxExpression:
		return value{}, fmt.Errorf("%d characters; want at most %d: name parts of it under define", len(n.text), maxExpression)
	}
	tree, err := parser.Parse(n.text)
	if err != nil {
		var e *file.Error
		if errors.As(err, &e) {
			return value{}, fmt.Errorf("%s (column %d of it)", e.Message, e.Column+1)
		}
		return value{}, err
	}
	local := c.local
	c.local = nil
	defer func() { c.local = local }()
	return c.node(tree.Node)
}

func (c *compiler) node(n ast.Node) (value, error) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return c.constant(float64(n.Value)), nil
	case *ast.FloatNode:
		return c.constant(n.Value), nil
	case *ast.BoolNode:
		v := c.constant(truth(n.Value))
		v.truth = true
		return v, nil
	case *ast.IdentifierNode:
		return c.name(n.Value)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.declare(n)
	case *ast.BuiltinNode:
		return c.call(n.Name, n.Arguments)
	case *ast.CallNode:
		if f, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(f.Value, n.Arguments)
		}
	}
	return value{}, fmt.Errorf("%q is no arithmetic", clip(n.String()))
}

func (c *compiler) constant(v float64) value {
	bits := math.Float64bits(v)
	slot, ok := c.constants[bits]
	if !ok {
		slot = c.slot()
		c.p.slab[slot] = v
		c.constants[bits], c.isConst[slot] = slot, true
	}
	return value{slot: slot}
}

func (c *compiler) slot() int32 {
	c.p.slab = append(c.p.slab, 0)
	return int32(len(c.p.slab) - 1)
}

// emit appends an instruction, unless its result is there already.
func (c *compiler) emit(o op, operands ...int32) int32 {
	operands = append(operands, 0, 0)
	i := instruction{op: o, a: operands[0], b: operands[1], c: operands[2]}
	fixed := c.isConst[i.a] && (o == opNeg || o == opNot || o == opUnary || c.isConst[i.b]) && (o != opSelect || c.isConst[i.c])
	if fixed {
		i.dst = c.slot()
		execute([]instruction{i}, c.p.slab)
		return c.constant(c.p.slab[i.dst]).slot
	}
	if slot, ok := c.seen[i]; ok {
		return slot
	}
	key := i
	i.dst = c.slot()
	c.seen[key] = i.dst
	c.p.code = append(c.p.code, i)
	return i.dst
}

func (c *compiler) name(name string) (value, error) {
	if v, ok := c.local[name]; ok {
		return v, nil
	}
	if v, ok := c.s.parameters[name]; ok {
		return c.constant(v), nil
	}
	if name == "pi" {
		return c.constant(math.Pi), nil
	}
	state := slices.Index(c.s.States, name)
	definition := c.s.define.find(name)
	if c.onlyConst && (state >= 0 || name == "t" || definition != nil) {
		return value{}, fmt.Errorf("%q changes with time; here only numbers and parameters can stand", name)
	}
	switch {
	case state >= 0:
		return value{slot: int32(state)}, nil
	case name == "t":
		return value{slot: int32(c.p.dim)}, nil
	case definition != nil:
		return c.definition(name, definition)
	}
	return value{}, fmt.Errorf("unknown name %q; known: %s", clip(name), c.s.known(c.onlyConst || len(c.s.States) == 0))
}

func (c *compiler) definition(name string, n *node) (value, error) {
	if v, ok := c.defined[name]; ok {
		return v, nil
	}
	if i := slices.Index(c.busy, name); i >= 0 {
		return value{}, fmt.Errorf("goes round in a circle: %s", clip(strings.Join(append(c.busy[i:], name), " → ")))
	}
	c.busy = append(c.busy, name)
	v, err := c.expression(n, "define."+name)
	c.busy = c.busy[:len(c.busy)-1]
	if err == nil {
		c.defined[name] = v
	}
	return v, err
}

func (c *compiler) numbers(nodes ...ast.Node) ([]int32, error) {
	slots := make([]int32, len(nodes))
	for i, n := range nodes {
		v, err := c.node(n)
		if err == nil && v.truth {
			err = fmt.Errorf("%q is true or false where a number should stand", clip(n.String()))
		}
		if err != nil {
			return nil, err
		}
		slots[i] = v.slot
	}
	return slots, nil
}

func (c *compiler) truths(nodes ...ast.Node) ([]int32, error) {
	slots := make([]int32, len(nodes))
	for i, n := range nodes {
		v, err := c.node(n)
		if err == nil && !v.truth {
			err = fmt.Errorf("%q is a number where a condition should stand; want a comparison such as x > 0", clip(n.String()))
		}
		if err != nil {
			return nil, err
		}
		slots[i] = v.slot
	}
	return slots, nil
}
