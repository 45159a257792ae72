package main

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// TestADerivedTokenOpensNothing holds until the table stores derivation keys: no parent can be checked before that. A derived
// token is recognized, and rejected without a read or a write and without a reason.
func TestADerivedTokenOpensNothing(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	derived, err := secret.Derive(pat, secret.Caveats{Expires: noon.Add(time.Hour)})
	w.must(err)
	w.proxy.Reset()

	for _, name := range shapes {
		d, err := w.send(shape(t, name, "Authorization", "Bearer "+derived.Reveal()))
		w.must(err)

		if d.allowed() || d.Context["problem"] != string(identity.InvalidToken) || d.Context["detail"] != unproven.Detail {
			t.Errorf("%s: %s", name, d.text)
		}
	}

	if got := w.proxy.Counts().Of(self); got.Requests != 0 {
		t.Errorf("%d requests for derived tokens", got.Requests)
	}

	w.bearer(pat).mustBe(t, "")
}
