//go:build !noasm

#include "textflag.h"

DATA laneConstants<>+0(SB)/8, $1
DATA laneConstants<>+8(SB)/8, $0xff
DATA laneConstants<>+16(SB)/8, $0x7fffffffffffffff
DATA laneConstants<>+24(SB)/8, $0x3ca0000000000000 // 2⁻⁵³
DATA laneConstants<>+32(SB)/8, $0x3fe0000000000000 // ½
GLOBL laneConstants<>(SB), RODATA|NOPTR, $40

// The next word of every stream, into Z4, as Stream.Uint64. States change where
// the mask is set.
#define SFC64(K, A, B, C, N) \
	VPADDQ Z0, Z1, Z4     \
	VPADDQ Z3, Z4, Z4     \
	VPSRLQ $11, Z1, Z5    \
	VPSLLQ $3, Z2, Z6     \
	VPROLQ $24, Z2, Z7    \
	VPADDQ Z16, Z3, K, N  \
	VPXORQ Z1, Z5, K, A   \
	VPADDQ Z2, Z6, K, B   \
	VPADDQ Z7, Z4, K, C

// Pairs of numbers at the byte offsets I (of which L is the lowest part) from BASE,
// the first of each into A and the second into B. Eight loads are much faster than
// the instruction that gathers.
#define PAIRS(BASE, I, L, A, B) \
	VEXTRACTI64X2 $1, I, X12 \
	VEXTRACTI64X2 $2, I, X13 \
	VEXTRACTI64X2 $3, I, X14 \
	VMOVQ   L, R12       \
	VPEXTRQ $1, L, R13   \
	VMOVQ   X12, AX      \
	VPEXTRQ $1, X12, R15 \
	VMOVUPD (BASE)(R12*1), X8 \
	VMOVUPD (BASE)(R13*1), X9 \
	VINSERTF64X2 $1, (BASE)(AX*1), Z8, Z8  \
	VINSERTF64X2 $1, (BASE)(R15*1), Z9, Z9 \
	VMOVQ   X13, R12     \
	VPEXTRQ $1, X13, R13 \
	VMOVQ   X14, AX      \
	VPEXTRQ $1, X14, R15 \
	VINSERTF64X2 $2, (BASE)(R12*1), Z8, Z8 \
	VINSERTF64X2 $2, (BASE)(R13*1), Z9, Z9 \
	VINSERTF64X2 $3, (BASE)(AX*1), Z8, Z8  \
	VINSERTF64X2 $3, (BASE)(R15*1), Z9, Z9 \
	VUNPCKLPD Z9, Z8, A \
	VUNPCKHPD Z9, Z8, B

// func fillLanesAVX512(l *lanes, dst *float64, stride, from, to int) (i int, unsettled uint64)
TEXT ·fillLanesAVX512(SB), NOSPLIT, $0-56
	MOVQ l+0(FP), SI
	MOVQ dst+8(FP), DI
	MOVQ stride+16(FP), R8
	MOVQ from+24(FP), CX
	MOVQ to+32(FP), DX
	SHLQ $3, R8
	LEAQ (DI)(CX*8), DI
	LEAQ (R8)(R8*2), R9  // 3 strides
	LEAQ (R8)(R8*4), R10 // 5
	LEAQ (R9)(R8*4), R11 // 7
	LEAQ ·layers(SB), BX
	VMOVDQU64 0(SI), Z0   // a
	VMOVDQU64 64(SI), Z1  // b
	VMOVDQU64 128(SI), Z2 // c
	VMOVDQU64 192(SI), Z3 // n
	VPBROADCASTQ laneConstants<>+0(SB), Z16
	VPBROADCASTQ laneConstants<>+8(SB), Z17
	VPBROADCASTQ laneConstants<>+16(SB), Z18
	VBROADCASTSD laneConstants<>+24(SB), Z19
	VBROADCASTSD laneConstants<>+32(SB), Z20
	KXNORB K7, K7, K7 // the streams that want a number

loop:
	SFC64(K7, Z0, Z1, Z2, Z3)

	// The layer: scale and edge of all lanes, by eight loads of pairs.
	VPANDQ Z17, Z4, Z5
	VPSLLQ $4, Z5, Z5
	PAIRS(BX, Z5, X5, Z10, Z11)

	// x = (int64(u) ≫ 10 | 1) scale, kept where the mask is not set.
	VPSRAQ    $10, Z4, Z6
	VPORQ     Z16, Z6, Z6
	VCVTQQ2PD Z6, Z6
	VMULPD    Z10, Z6, K7, Z15
	VEXTRACTF64X2 $1, Z15, X8
	VEXTRACTF64X2 $2, Z15, X9
	VEXTRACTF64X2 $3, Z15, X10
	VMOVLPD X15, (DI)
	VMOVHPD X15, (DI)(R8*1)
	VMOVLPD X8, (DI)(R8*2)
	VMOVHPD X8, (DI)(R9*1)
	VMOVLPD X9, (DI)(R8*4)
	VMOVHPD X9, (DI)(R10*1)
	VMOVLPD X10, (DI)(R9*2)
	VMOVHPD X10, (DI)(R11*1)
	VPANDQ   Z18, Z15, Z7
	VCMPPD   $13, Z11, Z7, K7, K1 // |x| ≥ edge
	KORTESTB K1, K1
	JNZ      wedge

next:
	KXNORB K7, K7, K7
	ADDQ  $8, DI
	INCQ  CX
	CMPQ  CX, DX
	JLT   loop
	XORL  AX, AX
	JMP   done

wedge:
	// Stream.reject for the streams of K1, as far as two terms of the series of
	// under decide for all of them. Until then their states stay as they are.
	VPTESTNMQ Z5, Z5, K1, K2
	KORTESTB  K2, K2
	JNZ       give // the base strip
	VMOVAPD   Z7, Z21
	VMOVDQA64 Z4, Z25
	VPSRLQ    $1, Z5, Z5
	LEAQ      ·density(SB), BX
	PAIRS(BX, Z5, X5, Z22, Z23) // density[i], density[i+1]
	LEAQ      ·layers(SB), BX
	SFC64(K1, Z26, Z27, Z28, Z29)
	VPSRLQ    $12, Z4, Z5
	VPADDQ    Z5, Z5, Z5
	VPORQ     Z16, Z5, Z5
	VCVTQQ2PD Z5, Z5
	VMULPD    Z19, Z5, Z5
	VSUBPD    Z22, Z23, Z6
	VMULPD    Z6, Z5, Z5
	VADDPD    Z5, Z22, Z5 // y
	VSUBPD    Z11, Z21, Z8
	VADDPD    Z11, Z21, Z9
	VMULPD    Z9, Z8, Z8
	VMULPD    Z20, Z8, Z8 // d
	VMULPD    Z8, Z23, Z9 // term
	VSUBPD    Z9, Z23, Z10
	VCMPPD    $1, Z10, Z5, K1, K2 // y < sum: accepted
	VMULPD    Z8, Z9, Z9
	VMULPD    Z20, Z9, Z9
	VADDPD    Z9, Z10, Z10
	VCMPPD    $13, Z10, Z5, K1, K3 // y ≥ sum: the stream draws anew
	KORB      K2, K3, K2
	KXORB     K1, K2, K2
	KORTESTB  K2, K2
	JNZ       undecided
	VMOVDQA64 Z26, K1, Z0
	VMOVDQA64 Z27, K1, Z1
	VMOVDQA64 Z28, K1, Z2
	VMOVDQA64 Z29, K1, Z3
	KMOVB     K3, K7
	KORTESTB  K3, K3
	JNZ       loop
	JMP       next

undecided:
	VMOVDQA64 Z25, Z4

give:
	KMOVB     K1, AX
	VMOVDQU64 Z4, 256(SI)

done:
	VMOVDQU64 Z0, 0(SI)
	VMOVDQU64 Z1, 64(SI)
	VMOVDQU64 Z2, 128(SI)
	VMOVDQU64 Z3, 192(SI)
	VZEROUPPER
	MOVQ CX, i+40(FP)
	MOVQ AX, unsettled+48(FP)
	RET

// hi, lo = x m for the constant m in M (its upper half in MH), by 32-bit products:
//
//	mid = x_h m_l + (x_l m_l ≫ 32),   hi = x_h m_h + (mid ≫ 32) + (x_l m_h + (mid mod 2³²) ≫ 32).
#define MULHILO(X, M, MH, HI, LO, T, U) \
	VPSRLQ   $32, X, T    \
	VPMULUDQ X, M, U      \
	VPMULUDQ X, MH, LO    \
	VPMULUDQ T, MH, HI    \
	VPMULUDQ T, M, T      \
	VPSRLQ   $32, U, U    \
	VPADDQ   U, T, T      \
	VPANDQ   Z20, T, U    \
	VPADDQ   U, LO, U     \
	VPSRLQ   $32, T, T    \
	VPSRLQ   $32, U, U    \
	VPADDQ   T, HI, HI    \
	VPADDQ   U, HI, HI    \
	VPMULLQ  X, M, LO

DATA philoxConstants<>+0(SB)/8, $0xd2e7470ee14c6c93
DATA philoxConstants<>+8(SB)/8, $0xca5a826395121157
DATA philoxConstants<>+16(SB)/8, $0x9e3779b97f4a7c15
DATA philoxConstants<>+24(SB)/8, $0xbb67ae8584caa73b
DATA philoxConstants<>+32(SB)/8, $0xffffffff
DATA philoxConstants<>+40(SB)/8, $0
DATA philoxConstants<>+48(SB)/8, $1
DATA philoxConstants<>+56(SB)/8, $2
DATA philoxConstants<>+64(SB)/8, $3
DATA philoxConstants<>+72(SB)/8, $4
DATA philoxConstants<>+80(SB)/8, $5
DATA philoxConstants<>+88(SB)/8, $6
DATA philoxConstants<>+96(SB)/8, $7
GLOBL philoxConstants<>(SB), RODATA|NOPTR, $104

// func philoxLanesAVX512(l *lanes, c0, c1, c2, k0, k1 uint64)
TEXT ·philoxLanesAVX512(SB), NOSPLIT, $0-48
	MOVQ l+0(FP), SI
	VPBROADCASTQ c0+8(FP), Z0
	VPADDQ       philoxConstants<>+40(SB), Z0, Z0
	VPBROADCASTQ c1+16(FP), Z1
	VPBROADCASTQ c2+24(FP), Z2
	VPXORQ       Z3, Z3, Z3
	VPBROADCASTQ k0+32(FP), Z4
	VPBROADCASTQ k1+40(FP), Z5
	VPBROADCASTQ philoxConstants<>+0(SB), Z16
	VPBROADCASTQ philoxConstants<>+8(SB), Z17
	VPBROADCASTQ philoxConstants<>+16(SB), Z18
	VPBROADCASTQ philoxConstants<>+24(SB), Z19
	VPBROADCASTQ philoxConstants<>+32(SB), Z20
	VPSRLQ       $32, Z16, Z21
	VPSRLQ       $32, Z17, Z22
	MOVQ         $10, CX

round:
	MULHILO(Z0, Z16, Z21, Z6, Z7, Z10, Z11)
	MULHILO(Z2, Z17, Z22, Z8, Z9, Z12, Z13)
	VPXORQ    Z1, Z8, Z0
	VPXORQ    Z4, Z0, Z0
	VPXORQ    Z3, Z6, Z2
	VPXORQ    Z5, Z2, Z2
	VMOVDQA64 Z9, Z1
	VMOVDQA64 Z7, Z3
	VPADDQ    Z18, Z4, Z4
	VPADDQ    Z19, Z5, Z5
	DECQ      CX
	JNZ       round
	VMOVDQU64 Z0, 0(SI)
	VMOVDQU64 Z1, 64(SI)
	VMOVDQU64 Z2, 128(SI)
	VMOVDQU64 Z3, 192(SI)
	VZEROUPPER
	RET
