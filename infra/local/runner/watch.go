package runner

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

const (
	// pollEvery is how often the sources are looked at while no request comes.
	pollEvery = 250 * time.Millisecond
	// freshFor is how long a look at the sources counts for the requests that follow it.
	freshFor = 50 * time.Millisecond
	// ahead is the number of functions that are rebuilt together, before anybody calls them: those used last.
	ahead = 3
)

// watcher rebuilds functions when their sources change. An invocation first waits until its function is built from the
// sources as they are; the go command finds out whether there is anything to build. A process is replaced only if its
// binary has changed.
type watcher struct {
	runner *Runner

	scanning sync.Mutex
	scanned  time.Time // of the last look
	seen     sources

	building sync.Mutex // held during a build, so that packages that functions share are compiled once

	mutex     sync.Mutex
	version   int // of the sources; grows with each change
	functions map[string]*watched
	used      []string // the functions called, the last one first
}

// watched is a function whose sources are watched.
type watched struct {
	dir     string // relative to the module root
	version int    // of the sources that it was built from
	err     error  // of that build
}

// sources is the state of each watched file.
type sources map[string]stamp

// stamp tells whether a file has changed.
type stamp struct {
	size     int64
	modified time.Time
}

// watch records the state of the sources, if Options.Watch asks for it.
func (r *Runner) watch(context.Context) error {
	if !r.options.Watch {
		return nil
	}

	if r.options.Functions != "" {
		return errors.New("the functions are prebuilt, so there are no sources to watch: omit --functions or --watch")
	}

	w := &watcher{runner: r, functions: map[string]*watched{}}
	for _, function := range r.loaded.Functions {
		relative, err := filepath.Rel(r.root, function.Dir)
		if err != nil {
			return fmt.Errorf("locate the sources of %s: %w", function.LogicalID, err)
		}

		w.functions[function.Name] = &watched{dir: "./" + filepath.ToSlash(relative)}
	}

	var err error
	if w.seen, err = w.scan(); err != nil {
		return fmt.Errorf("watch the sources: %w", err)
	}

	r.watcher = w
	return nil
}

// poll looks at the sources until ctx ends, and rebuilds the functions used last when they have changed.
func (w *watcher) poll(ctx context.Context) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		if !w.look() {
			continue
		}

		w.mutex.Lock()
		last := slices.Clone(w.used[:min(1, len(w.used))])
		w.mutex.Unlock()

		for _, function := range last {
			_ = w.build(ctx, function) // build logs the error
		}
	}
}

// prepare makes sure that a function is built from the sources as they are.
func (w *watcher) prepare(ctx context.Context, function string) error {
	w.mutex.Lock()
	watched := w.functions[function] != nil
	if watched {
		w.used = slices.DeleteFunc(w.used, func(used string) bool { return used == function })
		w.used = slices.Insert(w.used, 0, function)
	}

	w.mutex.Unlock()
	if !watched { // a function of another template
		return nil
	}

	w.look()
	if err := w.build(ctx, function); err != nil {
		return &lambda.Error{Type: "Runtime.BuildError", Message: err.Error()}
	}

	return nil
}

// look compares the sources with those of the last look, and reports whether a change was found. A change of the template
// needs a new start of the runner, which look says.
func (w *watcher) look() bool {
	w.scanning.Lock()
	defer w.scanning.Unlock()

	if time.Since(w.scanned) < freshFor {
		return false
	}

	now, err := w.scan()
	w.scanned = time.Now()
	if err != nil {
		w.logf("watching the sources: %v", err)
		return false
	}

	before := w.seen
	w.seen = now
	if maps.Equal(before, now) {
		return false
	}

	if template := w.runner.options.Template; before[template] != now[template] {
		w.logf("the template has changed: stop the runner and start it again")
	}

	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.version++
	return true
}

// build builds a function if the sources have changed since it was last built. It returns the compiler's errors as long as
// the function does not compile. The functions used last are built with it: the page that is open is likely to call them.
func (w *watcher) build(ctx context.Context, function string) error {
	w.building.Lock()
	defer w.building.Unlock()

	version, stale := w.stale(function)
	if !slices.Contains(stale, function) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		return w.functions[function].err
	}

	if len(stale) > 1 && w.buildAll(ctx, version, stale) == nil {
		return nil
	}

	err := w.buildAll(ctx, version, []string{function})
	if err != nil && ctx.Err() == nil {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.functions[function].version, w.functions[function].err = version, err
		w.logf("%s: %v", function, err)
	}

	return err
}

// stale returns the version of the sources, and which of a function and those used last were built from an older one.
func (w *watcher) stale(function string) (version int, stale []string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	for _, candidate := range append([]string{function}, w.used[:min(ahead, len(w.used))]...) {
		if w.functions[candidate].version != w.version && !slices.Contains(stale, candidate) {
			stale = append(stale, candidate)
		}
	}

	return w.version, stale
}

// buildAll builds functions with one go command, and replaces the processes of those whose binaries have changed.
func (w *watcher) buildAll(ctx context.Context, version int, functions []string) error {
	began := time.Now()
	before := map[string]string{}
	var packages []string
	for _, function := range functions {
		before[function] = w.digest(function)
		packages = append(packages, w.functions[function].dir)
	}

	if err := Build(ctx, w.runner.root, w.runner.options.Functions, packages...); err != nil {
		return err
	}

	w.mutex.Lock()
	defer w.mutex.Unlock()

	for _, function := range functions {
		w.functions[function].version, w.functions[function].err = version, nil
		if w.digest(function) != before[function] { // the go command also touches a binary that is up to date
			w.runner.functions.Replace(function)
			w.logf("%s rebuilt in %.1f s", function, time.Since(began).Seconds())
		}
	}

	return nil
}

// scan returns the state of the files that a function can be built from: those of the module, without tests, hidden
// directories, the sources of web pages and what the runner itself writes. The pages that the functions embed are among
// them.
func (w *watcher) scan() (sources, error) {
	options := w.runner.options
	own := []string{options.Data, options.Logs, options.Functions}
	found := sources{}

	err := filepath.WalkDir(w.runner.root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil:
			return err
		case !entry.IsDir():
			return found.add(path)
		case path == w.runner.root:
			return nil
		case strings.HasPrefix(entry.Name(), "."), entry.Name() == "node_modules", slices.Contains(own, path):
			return filepath.SkipDir
		}

		if _, err := os.Stat(filepath.Join(path, "package.json")); err == nil {
			return filepath.SkipDir
		}

		return nil
	})

	return found, errors.Join(err, found.add(options.Template))
}

// add adds the state of a file, unless it is a test or does not exist any more.
func (s sources) add(path string) error {
	if strings.HasSuffix(path, "_test.go") {
		return nil
	}

	stamp, err := stampOf(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	s[path] = stamp
	return err
}

// stampOf returns the state of a file.
func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}

	return stamp{size: info.Size(), modified: info.ModTime()}, nil
}

// digest returns the SHA-256 of a function's binary; "" if it can't be read.
func (w *watcher) digest(function string) string {
	file, err := os.Open(filepath.Join(w.runner.options.Functions, function))
	if err != nil {
		return ""
	}

	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return ""
	}

	return string(hash.Sum(nil))
}

// logf writes a line to the runner's log.
func (w *watcher) logf(format string, arguments ...any) {
	fmt.Fprintf(w.runner.options.Log, format+"\n", arguments...)
}
