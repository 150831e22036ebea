package switching

import (
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// The pairs in use.
var (
	Auto5 = Method{integrators.Tsitouras5, rosenbrock.Rodas5P}
	Auto7 = Method{integrators.Verner7, rosenbrock.Rodas5P}
)

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method Method
	Doc    string
}

// Catalogue lists the pairs.
var Catalogue = []Entry{
	{"auto5", Auto5, "tsit5 that goes over to rodas5p where the problem turns stiff; the first choice for a problem not yet known"},
	{"auto7", Auto7, "verner7 that goes over to rodas5p; tolerances below 1e-6"},
}
