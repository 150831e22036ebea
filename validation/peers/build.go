package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// builder makes the drivers' programs in a folder, from their sources.
type builder struct {
	sources, folder, cache string
	say                    func(format string, args ...any)
}

// command runs a program, and returns its output; an error has the line that says why.
func command(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out, both bytes.Buffer
	c.Stdout = &tee{&out, &both}
	c.Stderr = &both
	err := c.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", name, err, telling(both.String()))
	}
	return out.String(), err
}

// tee writes to both buffers.
type tee struct{ a, b *bytes.Buffer }

func (t *tee) Write(p []byte) (int, error) { t.a.Write(p); return t.b.Write(p) }

var complaint = regexp.MustCompile(`(?i)error|cannot|unable|not found`)

// telling picks the line of a program's output that says what is wrong.
func telling(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, l := range lines {
		if complaint.MatchString(l) {
			return strings.TrimSpace(l)
		}
	}
	return lines[len(lines)-1]
}

// compile makes a program from one C++ source, unless it is there and newer than
// every source.
func (b *builder) compile(ctx context.Context, name, source string, flags ...string) (string, error) {
	out := filepath.Join(b.folder, name)
	if b.fresh(out) {
		return out, nil
	}
	args := append([]string{"-O3", "-march=native", "-std=gnu++17", "-o", out, source}, flags...)
	_, err := command(ctx, filepath.Join(b.sources, "drivers"), nil, "g++", args...)
	return out, err
}

func (b *builder) fresh(out string) bool {
	made, err := os.Stat(out)
	if err != nil {
		return false
	}
	sources, err := filepath.Glob(filepath.Join(b.sources, "drivers", "*"))
	for _, s := range sources {
		if i, e := os.Stat(s); e != nil || i.ModTime().After(made.ModTime()) {
			return false
		}
	}
	return err == nil
}

// gosl builds the driver that is a module of its own, with a copy of its go.mod
// beside the program so that the tree stays as it is.
func (b *builder) gosl(ctx context.Context) (string, error) {
	out, dir := filepath.Join(b.folder, "gosl"), filepath.Join(b.sources, "gosl")
	mod := filepath.Join(b.folder, "gosl.mod")
	for _, ext := range []string{"mod", "sum"} {
		data, err := os.ReadFile(filepath.Join(dir, "go."+ext))
		if err == nil {
			err = os.WriteFile(filepath.Join(b.folder, "gosl."+ext), data, 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	_, err := command(ctx, dir, []string{"GOWORK=off", "CGO_CFLAGS=-O3 -w"}, "go", "build", "-mod=mod", "-modfile="+mod, "-o", out, ".")
	return out, err
}

// install asks the distribution for what is missing of packages, and says so
// where it cannot.
func (b *builder) install(ctx context.Context, packages []string) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		b.say("no dpkg here; taking for granted %s", strings.Join(packages, " "))
		return
	}
	missing := b.missing(ctx, packages)
	if len(missing) == 0 {
		return
	}
	if os.Geteuid() == 0 {
		b.say("installing %s", strings.Join(missing, " "))
		env := []string{"DEBIAN_FRONTEND=noninteractive"}
		if _, err := command(ctx, "", env, "apt-get", "update"); err != nil {
			b.say("%v", err)
		}
		apt := []string{"install", "-y", "--no-install-recommends"}
		if _, err := command(ctx, "", env, "apt-get", append(apt, missing...)...); err != nil {
			for _, p := range missing { // one unknown package spoils the rest
				if _, err := command(ctx, "", env, "apt-get", append(apt, p)...); err != nil {
					b.say("%s: %v", p, err)
				}
			}
		}
		missing = b.missing(ctx, packages)
	}
	if len(missing) > 0 {
		b.say("not installed: %s (as root: apt-get install %[1]s); peers that need them are left out", strings.Join(missing, " "))
	}
}

func (b *builder) missing(ctx context.Context, packages []string) (missing []string) {
	for _, p := range packages {
		out, err := command(ctx, "", nil, "dpkg-query", "-W", "-f", "${Status}", p)
		if err != nil || !strings.Contains(out, "ok installed") {
			missing = append(missing, p)
		}
	}
	return missing
}

// sundials returns the folder of a SUNDIALS compiled with -O3 from the
// distribution's source package: the packaged library is compiled without
// optimisation. It is made once for a machine's processor.
func (b *builder) sundials(ctx context.Context) (string, error) {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	id := fnv.New32()
	id.Write(regexp.MustCompile(`(?m)^flags.*`).Find(cpu))
	home := filepath.Join(b.cache, fmt.Sprintf("sundials-%08x", id.Sum32()))
	if _, err := os.Stat(filepath.Join(home, "lib", "libsundials_cvode.a")); err == nil {
		return home, nil
	}
	b.say("building SUNDIALS with -O3 from its source package")
	work, err := os.MkdirTemp(b.cache, "build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	options, err := sourceLists(work)
	if err != nil {
		return "", err
	}
	run := func(name string, args ...string) {
		if err == nil {
			_, err = command(ctx, work, nil, name, args...)
		}
	}
	if _, err := command(ctx, work, nil, "apt-get", append(options, "update")...); err != nil {
		b.say("%v", err) // an archive without sources is no loss if another has them
	}
	run("apt-get", append(options, "source", "--download-only", "sundials")...)
	archives, _ := filepath.Glob(filepath.Join(work, "sundials_*.orig.tar.*"))
	if err == nil && len(archives) == 0 {
		err = errors.New("no source archive of SUNDIALS came")
	}
	if err != nil {
		return "", err
	}
	tree, install := filepath.Join(work, "tree"), filepath.Join(work, "install")
	if err := os.Mkdir(tree, 0o755); err != nil {
		return "", err
	}
	run("tar", "xf", archives[0], "-C", tree, "--strip-components=1")
	args := []string{"-S", tree, "-B", filepath.Join(work, "make"), "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS=-O3 -march=native",
		"-DBUILD_SHARED_LIBS=OFF", "-DBUILD_STATIC_LIBS=ON", "-DCMAKE_INSTALL_LIBDIR=lib", "-DEXAMPLES_ENABLE_C=OFF", "-DEXAMPLES_INSTALL=OFF",
		"-DCMAKE_INSTALL_PREFIX=" + install}
	for _, part := range []string{"CVODES", "IDA", "IDAS", "KINSOL"} {
		args = append(args, "-DBUILD_"+part+"=OFF")
	}
	run("cmake", args...)
	run("cmake", "--build", filepath.Join(work, "make"), "--target", "install", "--parallel", "2")
	if err == nil {
		err = os.Rename(install, home)
	}
	return home, err
}

// sourceLists writes apt's lists with binary packages turned into source packages
// under dir, and returns the options that make apt use them alone.
func sourceLists(dir string) ([]string, error) {
	lists := filepath.Join(dir, "lists")
	if err := os.MkdirAll(filepath.Join(lists, "partial"), 0o755); err != nil {
		return nil, err
	}
	var list, sources strings.Builder
	files, _ := filepath.Glob("/etc/apt/sources.list.d/*")
	for _, f := range append(files, "/etc/apt/sources.list") {
		data, _ := os.ReadFile(f) // one that cannot be read is as good as absent
		if filepath.Ext(f) == ".sources" {
			fmt.Fprintln(&sources, regexp.MustCompile(`(?m)^Types:.*$`).ReplaceAllString(string(data), "Types: deb-src"))
			continue
		}
		for line := range strings.Lines(string(data)) {
			if rest, ok := strings.CutPrefix(line, "deb "); ok {
				fmt.Fprintln(&list, "deb-src", strings.TrimSpace(rest))
			}
		}
	}
	parts := filepath.Join(dir, "parts")
	err := errors.Join(os.Mkdir(parts, 0o755),
		os.WriteFile(filepath.Join(parts, "peers.list"), []byte(list.String()), 0o644),
		os.WriteFile(filepath.Join(parts, "peers.sources"), []byte(sources.String()), 0o644))
	return []string{"-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=" + parts, "-o", "Dir::State::lists=" + lists}, err
}
