// Package onnx makes score models of networks in ONNX files, run by ONNX Runtime: an
// export of PyTorch or of any other trainer drives every sampler here.
//
// Programs that use it are built with cgo and the tag onnx, and need ONNX Runtime's
// shared library at run time: Config.Library, the environment variable
// ITO_ONNXRUNTIME, or the system's own. Without the tag the package compiles and Open
// returns ErrRuntime, so that nothing else of ito ever needs cgo.
//
// A network knows four things that its file does not say: what it predicts
// (score.Parameterisation), the levels it was trained for (a process), how it is told
// of the level (Conditioning), and which of its inputs is which. Conventions met most:
//
//	diffusers, Stable Diffusion kind   Noise or Velocity   sde "ddpm" table   Timestep(1000)
//	score_sde, VP, continuous          Noise               sde "vp"           Time(999)
//	EDM, raw F                         EDM(σ_d)            sde "edm"          QuarterLogSigma
//	k-diffusion, wrapped denoiser      Data                sde "edm"          Sigma
//	rectified flow                     Flow                sde "flow"         Time(1) or Time(1000)
//	progressive distillation           Velocity            sde "vp-cosine"    LogSNR
//
// A model is asked for any level (α, σ) by samplers of any process. The network is
// given x (α'/α) at the level (α', σ') of its own process that has the same ratio
// α/σ, where the denoised data are the same.
//
// A file that is broken gives an error, and one that asks for more memory than
// Config.Memory is refused it. But a network is a program: one that was made to take
// time will.
//
// export.py beside this file exports a PyTorch module; ExampleOpen runs one.
package onnx
