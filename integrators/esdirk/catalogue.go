package esdirk

import (
	"github.com/ito-sde/ito/integrators"
)

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []integrators.Entry[*Tableau]{
	{Name: "trbdf2", Method: TRBDF2, Doc: "second order, stiff, two implicit stages: loose tolerances, solutions that are not smooth"},
	{Name: "kvaerno3", Method: Kvaerno3, Doc: "third order, stiff, three implicit stages: loose tolerances"},
	{Name: "kencarp3", Method: KenCarp3, Doc: "third order, stiff, three implicit stages, splits: loose tolerances"},
	{Name: "kencarp4", Method: KenCarp4, Doc: "fourth order, stiff, five implicit stages, splits: tolerances 1e-3 to 1e-7"},
	{Name: "kencarp47", Method: KenCarp47, Doc: "fourth order, stiff, six implicit stages, splits: tolerances 1e-4 to 1e-8"},
	{Name: "kvaerno5", Method: Kvaerno5, Doc: "fifth order, stiff, six implicit stages: tolerances 1e-5 to 1e-9"},
	{Name: "kencarp5", Method: KenCarp5, Doc: "fifth order, stiff, seven implicit stages, splits: tolerances 1e-5 to 1e-9"},
	{Name: "kencarp58", Method: KenCarp58, Doc: "fifth order, stiff, seven implicit stages, splits: tolerances 1e-6 to 1e-10"},
	{Name: "esdirk547", Method: ESDIRK547, Doc: "fifth order, stiff, six implicit stages: tolerances 1e-4 to 1e-9"},
	{Name: "esdirk659", Method: ESDIRK659, Doc: "sixth order, stiff, eight implicit stages: tolerances 1e-6 to rounding"},
}
