package identity

// Kind is the kind of credential behind a request.
type Kind string

// The kinds of credential. The authorizer passes PAT and SignedIn on; BySchedule marks changes that the sweep makes.
const (
	PAT        Kind = "pat"
	SignedIn   Kind = "session"
	BySchedule Kind = "schedule"
	// ByProvider marks changes that the identity provider asks for: the sessions that a back-channel logout ends.
	ByProvider Kind = "provider"
	// Derived is a token that the holder of a personal access token made from it. No operation accepts it yet.
	Derived Kind = "derived"
)

// Caller identifies who is calling, as the authorizer established it.
type Caller struct {
	User UserID
	// Org is the organization that a personal access token acts in; "" for a session.
	Org  OrgID
	Kind Kind
	// Credential is the ID of the token or session.
	Credential string
	// Scopes are what a personal access token can do, as the authorizer computed it with Token.Power. A session has none, because
	// it can do whatever its person can.
	Scopes Scopes
	// CurrentOrg is the organization that a session is in. It counts only if CurrentKnown is true: an authorizer whose
	// answers are cached, or of an earlier version, does not pass it on.
	CurrentOrg   OrgID
	CurrentKnown bool
}

// Sees reports whether the caller may know of an organization they belong to. A session sees all organizations of its
// person. A personal access token sees its own organization only. A caller of any other kind sees none, so that a kind
// of credential that a newer version introduces gets no access from this one.
func (c Caller) Sees(org OrgID) bool {
	switch c.Kind {
	case SignedIn:
		return true
	case PAT:
		return c.Org == org
	case BySchedule, ByProvider, Derived:
	}

	return false
}

// Carries reports whether the caller's credential carries a permission that its person has.
func (c Caller) Carries(p Permission) bool {
	switch c.Kind {
	case SignedIn:
		return true
	case PAT:
		return c.Scopes.Permits(p)
	case BySchedule, ByProvider:
	}

	return false
}

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
