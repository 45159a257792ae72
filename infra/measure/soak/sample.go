package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"
)

// samples is the number of samples of a run.
const samples = 180

// sample is what the process of the runner, which is also that of the workers, holds at one moment.
type sample struct {
	memory, descriptors, goroutines float64
}

// watch takes samples until ctx ends. Memory is what is live after the garbage collector has run.
func watch(ctx context.Context, whole time.Duration) []sample {
	var taken []sample
	for sleep(ctx, max(whole/samples, 200*time.Millisecond)) {
		runtime.GC()

		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		taken = append(taken, sample{
			memory:      float64(live[0].Value.Uint64()) / (1 << 20),
			descriptors: descriptors(),
			goroutines:  float64(runtime.NumGoroutine()),
		})
	}

	return taken
}

// descriptors returns the number of open file descriptors; 0 where the system does not list them.
func descriptors() float64 {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}

	return float64(len(open))
}

// trend compares the last third of a run with the first.
type trend struct {
	name        string
	unit        string
	first, last float64 // medians
	// slack is the difference that is no growth, however small the numbers are.
	slack float64
}

// mostGrowth is the most by which the last third may exceed the first.
const mostGrowth = 0.05

func (t trend) grows() bool { return t.last > t.first*(1+mostGrowth) && t.last-t.first > t.slack }

func (t trend) String() string {
	change := 0.0
	if t.first > 0 {
		change = 100 * (t.last/t.first - 1)
	}

	return fmt.Sprintf("%-18s %8.1f %-4s in the first third, %8.1f in the last: %+.1f %%", t.name, t.first, t.unit, t.last, change)
}

// trends returns the trends of the samples, without the first tenth, in which functions start and connections open.
func trends(taken []sample) []trend {
	taken = taken[len(taken)/10:]
	third := len(taken) / 3
	if third == 0 {
		return nil
	}

	of := func(name, unit string, slack float64, value func(sample) float64) trend {
		return trend{
			name:  name,
			unit:  unit,
			first: median(taken[:third], value),
			last:  median(taken[len(taken)-third:], value),
			slack: slack,
		}
	}

	return []trend{
		of("memory", "MB", 1, func(s sample) float64 { return s.memory }),
		of("file descriptors", "", 8, func(s sample) float64 { return s.descriptors }),
		of("goroutines", "", 8, func(s sample) float64 { return s.goroutines }),
	}
}

func median(of []sample, value func(sample) float64) float64 {
	values := make([]float64, len(of))
	for i, s := range of {
		values[i] = value(s)
	}

	slices.Sort(values)
	if len(values) == 0 {
		return math.NaN()
	}

	return values[len(values)/2]
}
