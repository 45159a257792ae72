package identity

// Kind is the kind of credential behind a request.
type Kind string

// The kinds of credential. The authorizer passes PAT, SignedIn and Derived on; BySchedule marks changes that the sweep
// makes.
const (
	PAT        Kind = "pat"
	SignedIn   Kind = "session"
	BySchedule Kind = "schedule"
	// ByProvider marks changes that the identity provider asks for: the sessions that a back-channel logout ends.
	ByProvider Kind = "provider"
	// Derived is a token that the holder of a personal access token made from it.
	Derived Kind = "derived"
	// ByFinder marks changes that an unknown person makes by reporting a token that they found.
	ByFinder Kind = "finder"
)

// Caller identifies who is calling, as the authorizer established it.
type Caller struct {
	User UserID
	// Org is the organization that a personal access token, or a token derived from one, acts in; "" for a session.
	Org  OrgID
	Kind Kind
	// Credential is the ID of the token or session. For a derived token it is the ID of the parent.
	Credential string
	// Scopes are what a token can do, as the authorizer computed it with Token.Power or Token.DerivedPower. A session
	// has none, because it can do whatever its person can.
	Scopes Scopes
	// CurrentOrg is the organization that a session is in. It counts only if CurrentKnown is true: an authorizer whose
	// answers are cached, or of an earlier version, does not pass it on.
	CurrentOrg   OrgID
	CurrentKnown bool
}

// Sees reports whether the caller may know of an organization they belong to. A session sees all organizations of its
// person. A personal access token, and a token derived from one, sees its own organization only. A caller of any other
// kind sees none, so that a kind of credential that a newer version introduces gets no access from this one.
func (c Caller) Sees(org OrgID) bool {
	switch c.Kind {
	case SignedIn:
		return true
	case PAT, Derived:
		return c.Org == org
	case BySchedule, ByProvider, ByFinder:
	}

	return false
}

// Carries reports whether the caller's credential carries a permission that its person has.
func (c Caller) Carries(p Permission) bool {
	switch c.Kind {
	case SignedIn:
		return true
	case PAT, Derived:
		return c.Scopes.Permits(p)
	case BySchedule, ByProvider, ByFinder:
	}

	return false
}

// Is reports whether the caller's credential is the personal access token with this ID. A token derived from it is not
// the token: it can't rotate or delete it.
func (c Caller) Is(id TokenID) bool { return c.Kind == PAT && c.Credential == string(id) }

// RequireScope returns nil if the caller's credential carries the permission, or an InsufficientScope error.
func (c Caller) RequireScope(p Permission) error {
	if c.Carries(p) {
		return nil
	}

	return Refuse(InsufficientScope, "The token's scopes do not include %s. Sign in, or use a token with this scope.", p)
}

// Source describes where a request came from.
type Source struct {
	IP, UserAgent, RequestID string
}
