package odefile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// find returns the value of a name in a mapping, nil where there is none.
func (n *node) find(name string) *node {
	if n != nil {
		for i, k := range n.keys {
			if k.text == name {
				return n.list[i]
			}
		}
	}
	return nil
}

func (n *node) fail(field string, err error) error {
	return &Error{Line: n.line, Column: n.column, Field: field, Err: err}
}

// want checks what n is.
func (n *node) want(k kind, field string) error {
	if n.kind != k {
		return n.fail(field, fmt.Errorf("want %v, not %v", k, n.kind))
	}
	return nil
}

// only checks the names of a mapping.
func (n *node) only(field string, names ...string) error {
	if err := n.want(mapping, field); err != nil {
		return err
	}
	for _, k := range n.keys {
		if !slices.Contains(names, k.text) {
			return k.fail(field, fmt.Errorf("unknown setting %q; known: %s", clip(k.text), list(names)))
		}
	}
	return nil
}

func (n *node) boolean(field string) (bool, error) {
	if n == nil {
		return false, nil
	}
	switch n.text {
	case "true", "false":
		return n.text == "true", nil
	}
	return false, n.fail(field, fmt.Errorf("%q: want true or false", clip(n.text)))
}

func (n *node) count(field string, most int) (int, error) {
	v, err := strconv.Atoi(n.text)
	if err != nil || v < 1 || v > most {
		return 0, n.fail(field, fmt.Errorf("%q: want a whole number from 1 to %d", clip(n.text), most))
	}
	return v, nil
}

// checkNames checks that the names of a mapping can stand in expressions, and are
// not taken.
func (n *node) checkNames(field string, taken map[string]string) error {
	for _, k := range n.keys {
		field := field + "." + clip(k.text)
		if len(k.text) > 100 {
			return k.fail(field, errors.New("a name of more than 100 characters"))
		}
		tree, err := parser.Parse(k.text)
		if err != nil {
			return k.fail(field, fmt.Errorf("%q cannot be a name: want letters, digits and _", clip(k.text)))
		}
		if id, ok := tree.Node.(*ast.IdentifierNode); !ok || id.Value != k.text || id.Value[0] == '$' {
			return k.fail(field, fmt.Errorf("%q cannot be a name: want letters, digits and _", clip(k.text)))
		}
		if k.text == "t" || k.text == "pi" {
			return k.fail(field, fmt.Errorf("%q is time or 3.14…; take another name", k.text))
		}
		if where, ok := taken[k.text]; ok {
			return k.fail(field, fmt.Errorf("%q is among the %s already", k.text, where))
		}
		taken[k.text] = field
	}
	return nil
}
