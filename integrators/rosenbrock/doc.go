// Package rosenbrock holds linearly implicit methods for stiff systems and for
// differential-algebraic ones of index 1, M y' = f(t, y): a Jacobian and one
// factorisation a step, and no iteration. Which to use:
//
//   - Rodas5P: the first choice;
//   - Rodas4, Rodas4P2, Rodas3P: looser tolerances, the latter two where a stiff
//     system is driven by functions of time;
//   - Rodas6P: tolerances below 1e-8.
//
// All are L-stable and stiffly accurate. Their order rests on the Jacobian: one by
// differences has eight digits, which tolerances down to 1e-8 hardly notice. The
// next step is best predicted from two, by Gustafsson's controller
// h' = h (1/e_n)^(2/k) e_(n−1)^(1/k) h_n/h_(n−1) (Hairer, Wanner 1996, section IV.8).
// For large systems, where a factorisation dwarfs all else, methods that keep it
// for many steps are cheaper.
package rosenbrock
