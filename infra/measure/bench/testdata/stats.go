// The benchmark adds this file to functions/authorizer with go build -overlay. It reports the allocations of the
// process over HTTP.

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"runtime"
)

var _ = serveStats(os.Getenv("BENCH_STATS"))

// serveStats starts an HTTP server at an address. It returns a value so that a package variable can call it.
func serveStats(address string) bool {
	go func() {
		_ = http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			_ = json.NewEncoder(w).Encode(map[string]uint64{"allocations": m.Mallocs, "bytes": m.TotalAlloc})
		}))
	}()

	return true
}
