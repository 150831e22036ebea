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

// Catalogue lists the pairs.
var Catalogue = []integrators.Entry[Method]{
	{Name: "auto5", Method: Auto5, Doc: "tsit5 that goes over to rodas5p where the problem turns stiff; the first choice for a problem not yet known"},
	{Name: "auto7", Method: Auto7, Doc: "verner7 that goes over to rodas5p; tolerances below 1e-6"},
}
