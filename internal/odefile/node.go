package odefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds on what a file may hold.
const (
	maxBytes = 256 << 10
	maxDepth = 16  // of brackets
	maxBlock = 200 // columns of indentation
	maxPairs = 8192
)

// node is a YAML value: text, a list or a mapping.
type node struct {
	line, column int
	text         string
	list         []*node // nil unless a list or a mapping
	keys         []*node // as many as list where it is a mapping
	kind         kind
}

type kind uint8

const (
	scalar kind = iota
	sequence
	mapping
)

func (k kind) String() string {
	return [...]string{"a single value", "a list", "a mapping (name: value)"}[k]
}

// read turns a file into nodes.
func read(data []byte) (*node, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("more than %d bytes; want a small system", maxBytes)
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, fmt.Errorf("byte %d is zero: this is not a text file", i)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // a byte order mark
	if json.Valid(data) {                           // then tabs are blanks, which YAML wants to be spaces
		data = bytes.ReplaceAll(data, []byte{'\t'}, []byte{' '})
	}
	tokens := lexer.Tokenize(string(data))
	if err := checkNesting(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		var y yaml.Error
		if errors.As(err, &y) && y.GetToken() != nil {
			p := y.GetToken().Position
			return nil, &Error{Line: p.Line, Column: p.Column, Err: errors.New(y.GetMessage())}
		}
		return nil, err
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, at(d.Body, errors.New("a second document; want one system in a file"))
		}
		body = d.Body
	}
	if body == nil {
		return nil, errors.New("the file is empty")
	}
	return convert(body)
}

// checkNesting bounds depth and length before the parser sees them, which is
// recursive and takes quadratic time.
func checkNesting(tokens token.Tokens) error {
	depth, pairs := 0, 0
	for _, t := range tokens {
		if t.Type == token.MappingValueType {
			pairs++
		}
		if pairs > maxPairs {
			return &Error{Line: t.Position.Line, Column: t.Position.Column, Err: fmt.Errorf("more than %d names with values", maxPairs)}
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		switch t.Type {
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType:
			if depth == 0 && t.Position.Column > maxBlock {
				return &Error{Line: t.Position.Line, Column: t.Position.Column, Err: fmt.Errorf("indented by more than %d columns", maxBlock)}
			}
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			return &Error{Line: t.Position.Line, Column: t.Position.Column, Err: fmt.Errorf("%q: anchors, aliases and tags are not read; put an expression that starts with such a sign in quotes", clip(t.Value))}
		}
		if depth > maxDepth {
			return &Error{Line: t.Position.Line, Column: t.Position.Column, Err: fmt.Errorf("more than %d brackets within each other", maxDepth)}
		}
	}
	return nil
}

func at(n ast.Node, err error) error {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return &Error{Line: t.Position.Line, Column: t.Position.Column, Err: err}
	}
	return err
}

func convert(n ast.Node) (*node, error) {
	out := &node{}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line, out.column = t.Position.Line, t.Position.Column
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mapping
		if len(n.Values) > 0 { // the token is the first colon
			k := n.Values[0].Key.GetToken().Position
			out.line, out.column = k.Line, k.Column
		}
		for _, v := range n.Values {
			if err := out.pair(v); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		out.kind = mapping
		return out, out.pair(n)
	case *ast.SequenceNode:
		out.kind = sequence
		for _, v := range n.Values {
			item, err := convert(v)
			if err != nil {
				return nil, err
			}
			out.list = append(out.list, item)
		}
	case *ast.LiteralNode:
		out.text = strings.TrimSpace(n.Value.Value)
	case *ast.StringNode:
		out.text = n.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.text = n.GetToken().Value
	case *ast.NullNode:
	default:
		return nil, at(n, fmt.Errorf("%s is not read here", n.Type()))
	}
	return out, nil
}

func (out *node) pair(v *ast.MappingValueNode) error {
	key, err := convert(v.Key)
	if err != nil {
		return err
	}
	if key.kind != scalar || key.text == "" {
		return at(v.Key, errors.New("a name must be a single word"))
	}
	for _, k := range out.keys {
		if k.text == key.text {
			return at(v.Key, fmt.Errorf("%q is there twice, first on line %d", clip(key.text), k.line))
		}
	}
	value, err := convert(v.Value)
	if err != nil {
		return err
	}
	if value.line == 0 {
		value.line, value.column = key.line, key.column
	}
	out.keys, out.list = append(out.keys, key), append(out.list, value)
	return nil
}

// clip shortens a text that is quoted in an error.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
