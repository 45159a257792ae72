package identity

// Kind is the kind of credential behind a request.
type Kind string

// The kinds of credential. The authorizer passes the first two on; BySchedule marks changes that the sweep makes.
const (
	PAT        Kind = "pat"
	SignedIn   Kind = "session"
	BySchedule Kind = "schedule"
	// ByProvider marks changes that the identity provider asks for: the sessions that a back-channel logout ends.
	ByProvider Kind = "provider"
	// ByFinder marks changes that an unknown person makes by reporting a token that they found.
	ByFinder Kind = "finder"
)

// Caller identifies who is calling, as the authorizer established it.
type Caller struct {
	User UserID
	// Org is the organization that a personal access token acts in; "" for a session.
	Org  OrgID
	Kind Kind
	// Credential is the ID of the token or session.
	Credential string
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
	case BySchedule, ByProvider, ByFinder:
	}

	return false
}

// Source describes where a request came from.
type Source struct {
	IP, UserAgent, RequestID string
}
