//go:build !noasm

#include "textflag.h"

// Sums over n numbers from SI in four vectors, with the last ones under the mask K1.
// A step adds what is in Z10 to an accumulator.
#define SUMS(step) \
	VPXORQ Z0, Z0, Z0 \
	VPXORQ Z1, Z1, Z1 \
	VPXORQ Z2, Z2, Z2 \
	VPXORQ Z3, Z3, Z3 \
	SUBQ $32, CX \
	JLT  rest \
wide: \
	VMOVUPD (SI), Z10 \
	step(Z0) \
	VMOVUPD 64(SI), Z10 \
	step(Z1) \
	VMOVUPD 128(SI), Z10 \
	step(Z2) \
	VMOVUPD 192(SI), Z10 \
	step(Z3) \
	ADDQ $256, SI \
	SUBQ $32, CX \
	JGE  wide \
rest: \
	ADDQ $32, CX \
	SUBQ $8, CX \
	JLT  tail \
narrow: \
	VMOVUPD (SI), Z10 \
	step(Z0) \
	ADDQ $64, SI \
	SUBQ $8, CX \
	JGE  narrow \
tail: \
	ADDQ $8, CX \
	MOVQ $-1, AX \
	SHLQ CX, AX \
	NOTQ AX \
	KMOVW AX, K1 \
	VMOVUPD.Z (SI), K1, Z10 \
	step(Z1) \
	VADDPD Z1, Z0, Z0 \
	VADDPD Z3, Z2, Z2 \
	VADDPD Z2, Z0, Z0 \
	VEXTRACTF64X4 $1, Z0, Y1 \
	VADDPD Y1, Y0, Y0 \
	VEXTRACTF128 $1, Y0, X1 \
	VADDPD X1, X0, X0 \
	VHADDPD X0, X0, X0 \
	VMOVSD X0, ret+16(FP) \
	VZEROUPPER \
	RET

#define MAGNITUDE(z) VANDPD Z31, Z10, Z10 \
	VADDPD Z10, z, z

#define SQUARE(z) VFMADD231PD Z10, Z10, z

// func magnitudesAVX512(n int, x *float64) float64
TEXT ·magnitudesAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ $0x7fffffffffffffff, AX
	VPBROADCASTQ AX, Z31
	SUMS(MAGNITUDE)

// func squaresAVX512(n int, x *float64) float64
TEXT ·squaresAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	SUMS(SQUARE)

// func combineAVX512(n int, dst, x, y *float64, u, v float64)
TEXT ·combineAVX512(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DX
	VBROADCASTSD u+32(FP), Z30
	VBROADCASTSD v+40(FP), Z31
	SUBQ $16, CX
	JLT  rest

wide:
	VMULPD (SI), Z30, Z0
	VMULPD (DX), Z31, Z1
	VMULPD 64(SI), Z30, Z2
	VMULPD 64(DX), Z31, Z3
	VADDPD Z1, Z0, Z0
	VADDPD Z3, Z2, Z2
	VMOVUPD Z0, (DI)
	VMOVUPD Z2, 64(DI)
	ADDQ $128, SI
	ADDQ $128, DX
	ADDQ $128, DI
	SUBQ $16, CX
	JGE  wide

rest:
	ADDQ $16, CX
	MOVQ $-1, AX
	SHLQ CX, AX
	NOTQ AX
	KMOVW AX, K1
	SHRQ $8, AX
	KMOVW AX, K2
	VMOVUPD.Z (SI), K1, Z0
	VMOVUPD.Z (DX), K1, Z1
	VMOVUPD.Z 64(SI), K2, Z2
	VMOVUPD.Z 64(DX), K2, Z3
	VMULPD Z30, Z0, Z0
	VMULPD Z31, Z1, Z1
	VMULPD Z30, Z2, Z2
	VMULPD Z31, Z3, Z3
	VADDPD Z1, Z0, Z0
	VADDPD Z3, Z2, Z2
	VMOVUPD Z0, K1, (DI)
	VMOVUPD Z2, K2, 64(DI)
	VZEROUPPER
	RET
