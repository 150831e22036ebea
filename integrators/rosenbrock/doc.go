// Package rosenbrock holds linearly implicit methods for stiff systems and for
// differential-algebraic ones of index 1, M y' = f(t, y): a Jacobian and one
// factorisation a step, and no iteration. Which to use:
//
//   - Rodas5P: the first choice;
//   - Rodas4, Rodas4P2, Rodas3P: looser tolerances, the latter two where a stiff
//     system is driven by functions of time;
//   - Rodas6P: tolerances below 1e-8.
//
// For large systems, where a factorisation dwarfs all else, methods that keep it
// for many steps are cheaper.
package rosenbrock
