package main

import (
	"fmt"
	"slices"
	"strings"
)

// maxScopes is the most scopes that ApiScopes can name.
const maxScopes = 25

// ownNouns are what the permissions of Leasehold's own API begin with, before the colon. Its functions do not start
// with a scope of that kind.
var ownNouns = []string{"audit", "management", "members", "organization", "profile", "solutions", "tokens"}

// checkScopes returns an error if the functions would reject ApiScopes: there are too many, or one is named like a
// permission of Leasehold's own.
func checkScopes(values map[string]string) error {
	scopes := strings.Fields(values["ApiScopes"])
	if len(scopes) > maxScopes {
		return fmt.Errorf("ApiScopes has %d scopes. Use at most %d", len(scopes), maxScopes)
	}

	for _, scope := range scopes {
		if noun, _, _ := strings.Cut(scope, ":"); slices.Contains(ownNouns, noun) {
			return fmt.Errorf("ApiScopes has %s, but names that begin with %s: are Leasehold's own. Choose another name", scope, noun)
		}
	}

	return nil
}
