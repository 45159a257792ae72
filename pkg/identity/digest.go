package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Digest returns the SHA-256, in hex, of the parts. Each part is preceded by its length, so that no two different lists
// of parts are the same text.
func Digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}

	return hex.EncodeToString(h.Sum(nil))
}
