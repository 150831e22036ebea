package problems

// reaction uses one or two substances and makes up to three, numbered from 1.
type reaction struct {
	rate       float64
	used, made []int
}

// pollutionReactions are those of the Test Set.
var pollutionReactions = [25]reaction{
	{.35, []int{1}, []int{2, 3}},
	{26.6, []int{2, 4}, []int{1}},
	{12300, []int{5, 2}, []int{6, 1}},
	{.86e-3, []int{7}, []int{5, 5, 8}},
	{.82e-3, []int{7}, []int{8}},
	{15000, []int{7, 6}, []int{5, 8}},
	{.13e-3, []int{9}, []int{5, 8, 10}},
	{24000, []int{9, 6}, []int{11}},
	{16500, []int{11, 2}, []int{10, 12, 1}},
	{9000, []int{11, 1}, []int{13}},
	{.022, []int{13}, []int{11, 1}},
	{12000, []int{10, 2}, []int{14, 1}},
	{1.88, []int{14}, []int{7, 5}},
	{16300, []int{1, 6}, []int{15}},
	{4.8e6, []int{3}, []int{4}},
	{.35e-3, []int{4}, []int{16}},
	{.0175, []int{4}, []int{3}},
	{1e8, []int{16}, []int{6, 6}},
	{.444e12, []int{16}, []int{3}},
	{1240, []int{17, 6}, []int{18, 5}},
	{2.1, []int{19}, []int{2}},
	{5.78, []int{19}, []int{1, 3}},
	{.0474, []int{1, 4}, []int{19}},
	{1780, []int{19, 1}, []int{20}},
	{3.12, []int{20}, []int{1, 19}},
}

var pollu = Problem{
	Name: "pollu", Doc: "pollution of the air, 25 reactions of 20 substances. Verwer (1994); Test Set for IVP Solvers (2008)",
	Stiff: true, T1: 60, AbsScale: 1e-6,
	Y0: []float64{0, .2, 0, .04, 0, 0, .1, .3, .01, 0, 0, 0, 0, 0, 0, 0, .007, 0, 0, 0},
	F:  pollutionF, Jacobian: pollutionJacobian,
}

func pollutionF(dst []float64, _ float64, y []float64) error {
	d, s := (*[20]float64)(dst), (*[20]float64)(y)
	k := &pollutionReactions
	r1, r2, r3, r4, r5 := k[0].rate*s[0], k[1].rate*s[1]*s[3], k[2].rate*s[4]*s[1], k[3].rate*s[6], k[4].rate*s[6]
	r6, r7, r8, r9, r10 := k[5].rate*s[6]*s[5], k[6].rate*s[8], k[7].rate*s[8]*s[5], k[8].rate*s[10]*s[1], k[9].rate*s[10]*s[0]
	r11, r12, r13, r14, r15 := k[10].rate*s[12], k[11].rate*s[9]*s[1], k[12].rate*s[13], k[13].rate*s[0]*s[5], k[14].rate*s[2]
	r16, r17, r18, r19, r20 := k[15].rate*s[3], k[16].rate*s[3], k[17].rate*s[15], k[18].rate*s[15], k[19].rate*s[16]*s[5]
	r21, r22, r23, r24, r25 := k[20].rate*s[18], k[21].rate*s[18], k[22].rate*s[0]*s[3], k[23].rate*s[18]*s[0], k[24].rate*s[19]
	d[0] = -r1 - r10 - r14 - r23 - r24 + r2 + r3 + r9 + r11 + r12 + r22 + r25
	d[1] = -r2 - r3 - r9 - r12 + r1 + r21
	d[2] = -r15 + r1 + r17 + r19 + r22
	d[3] = -r2 - r16 - r17 - r23 + r15
	d[4] = -r3 + 2*r4 + r6 + r7 + r13 + r20
	d[5] = -r6 - r8 - r14 - r20 + r3 + 2*r18
	d[6] = -r4 - r5 - r6 + r13
	d[7] = r4 + r5 + r6 + r7
	d[8] = -r7 - r8
	d[9] = -r12 + r7 + r9
	d[10] = -r9 - r10 + r8 + r11
	d[11] = r9
	d[12] = -r11 + r10
	d[13] = -r13 + r12
	d[14] = r14
	d[15] = -r18 - r19 + r16
	d[16] = -r20
	d[17] = r20
	d[18] = -r21 - r22 - r24 + r23 + r25
	d[19] = -r25 + r24
	return nil
}

// pollutionJacobian sums over the reactions.
func pollutionJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	var a [20][20]float64
	for _, r := range pollutionReactions {
		for k, j := range r.used {
			d := r.rate
			if len(r.used) == 2 {
				d *= y[r.used[1-k]-1]
			}
			for _, i := range r.used {
				a[i-1][j-1] -= d
			}
			for _, i := range r.made {
				a[i-1][j-1] += d
			}
		}
	}
	for i, row := range a {
		for j, v := range row {
			set(i, j, v)
		}
	}
}
