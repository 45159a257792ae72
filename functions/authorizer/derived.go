package main

import (
	"errors"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// admitDerived checks a token that was derived from a stored one, its parent, with what was read to check the parent. A
// use of it is a use of the parent. Unlike the parent's own secret, it never counts as a reuse of a parent that was
// replaced: a token that was derived in time can be in use until it expires.
func (a authorizer) admitDerived(token secret.Token, parent identity.Token, m identity.Membership, from identity.Source,
	now time.Time) (credential, error) {
	caveats, err := token.Verify(parent.DerivationKey[:], now)
	switch {
	case errors.Is(err, secret.ErrUnproven):
		return credential{}, unproven
	case err != nil:
		return credential{}, err
	}

	if err := parent.AdmitDerived(m, networksOf(caveats), from.IP, now); err != nil {
		return credential{}, err
	}

	admitted := a.credentialOf(parent, m)
	admitted.caller.Kind = identity.Derived
	admitted.caller.Scopes = parent.DerivedPower(m, caveats.Scopes)
	admitted.expires = caveats.Expires

	return admitted, nil
}

func networksOf(c secret.Caveats) identity.Networks {
	blocks := make([]string, len(c.Networks))
	for i, network := range c.Networks {
		blocks[i] = network.String()
	}

	return identity.Networks(strings.Join(blocks, " "))
}
