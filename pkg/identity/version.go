package identity

import "slices"

// Versions lists the versions of a thing that a caller means to change.
type Versions []int

// AnyVersion is for a caller who means to change whatever version there is.
var AnyVersion = Versions{0}

// SameVersion returns nil if the caller may change the present version. Otherwise it returns the VersionMismatch refusal.
func SameVersion(asked Versions, present int) error {
	if slices.Contains(asked, 0) || slices.Contains(asked, present) {
		return nil
	}

	return Refuse(VersionMismatch, "It has changed since you read it and is now at version %d. Read it again.", present)
}
