// This file is laid over functions/authorizer for the benchmark alone (go build -overlay): it lets the process be asked
// how much it has allocated.
package main

import (
	"encoding/json"
	"net/http"
	"os"
	"runtime"
)

var _ = tell(os.Getenv("BENCH_STATS"))

func tell(address string) bool {
	go func() {
		_ = http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			_ = json.NewEncoder(w).Encode(map[string]uint64{"allocations": m.Mallocs, "bytes": m.TotalAlloc})
		}))
	}()

	return true
}
