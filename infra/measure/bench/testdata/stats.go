// The benchmark adds this file to functions with go build -overlay. It reports the allocations of the process over HTTP, at an
// address that it writes to a file next to the binary.

package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"runtime"
)

var _ = serveStats()

// serveStats starts an HTTP server. It returns a value so that a package variable can call it.
func serveStats() bool {
	binary, err := os.Executable()
	if err != nil {
		panic(err)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}

	if err := os.WriteFile(binary+".stats", []byte(listener.Addr().String()), 0o600); err != nil {
		panic(err)
	}

	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			_ = json.NewEncoder(w).Encode(map[string]uint64{"allocations": m.Mallocs, "bytes": m.TotalAlloc})
		}))
	}()

	return true
}
