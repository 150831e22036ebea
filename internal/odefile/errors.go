package odefile

import "fmt"

// Error is what is wrong with a file, and where.
type Error struct {
	File         string
	Line, Column int    // from 1; 0: unknown
	Field        string // such as equations.x; "": the file as a whole
	Err          error
}

// Error is "file:line:column: field: what is wrong".
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d", s, e.Line, e.Column)
	}
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }
