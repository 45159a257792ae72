package table_test

import (
	"slices"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestTheMatrixAloneDecidesWhoHoldsTokens gives User the permission tokens:own in the matrix, and nowhere else. It does
// not run in parallel with other tests because the matrix is shared.
func TestTheMatrixAloneDecidesWhoHoldsTokens(t *testing.T) {
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	use := colleague(t, db, ada, "use@example.com", identity.User)

	refused := minted(t, use)
	if err := db.CreateToken(refused)(t.Context(), by(use.User, noon)); problemOf(err) != identity.Forbidden {
		t.Fatalf("a User creates a token: %v, want Forbidden", err)
	}

	before := identity.Matrix
	t.Cleanup(func() { identity.Matrix = before })
	identity.Matrix = slices.Clone(before)
	i := slices.IndexFunc(identity.Matrix, func(r identity.Rule) bool { return r.Permission == identity.OwnTokens })
	identity.Matrix[i].Roles = append(slices.Clone(identity.Matrix[i].Roles), identity.User)

	made := minted(t, use)
	if err := db.CreateToken(made)(t.Context(), by(use.User, noon)); err != nil {
		t.Fatalf("a User can't create a token although the matrix says so: %v", err)
	}

	if _, _, err := db.OwnToken(t.Context(), by(use.User, noon).Caller, made.ID, noon); err != nil {
		t.Errorf("a User can't read their token although the matrix says so: %v", err)
	}

	stored, membership, err := db.Credentials(t.Context(), made.User, made.ID, made.Org, noon)
	if err != nil || stored.Admit(membership, "", noon) != nil {
		t.Errorf("the User's token is not admitted: %v, %v", err, stored.Admit(membership, "", noon))
	}
}
