package api

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ProfileOf returns the profile that the API shows to its owner. current is the organization of the caller's session or
// token. If it is "" or the caller has no access to it, the default organization is the current one.
func ProfileOf(c identity.Caller, p identity.Profile, memberships []identity.Membership, current identity.OrgID) Profile {
	landing, healed := p.Landing(memberships)
	shown := Profile{
		ID:          string(p.ID),
		FirstName:   p.FirstName,
		LastName:    p.LastName,
		DisplayName: p.DisplayName,
		Email:       p.Email,
		Phone:       optional(p.Phone),
		Notices:     noticesOf(p.Muted),
		CreatedAt:   p.CreatedAt,
		Version:     int64(p.Version),
		Memberships: []ProfileMembership{},
	}

	for _, m := range memberships {
		if m.Status == identity.Invited {
			continue // listed by GET /me/invitations while it can be accepted
		}

		if !m.OrgDeletedAt.IsZero() && !m.ActiveOwner() {
			continue // only an Owner can restore a deleted organization
		}

		shown.Memberships = append(shown.Memberships, ProfileMembershipOf(identity.Acting(c, m)))
		if m.Org == landing {
			shown.DefaultOrganization = &DefaultOrganization{
				ID:         string(m.Org),
				Name:       m.OrgName,
				Healed:     healed,
				Configured: optional(string(p.DefaultOrg)),
			}
		}

		if m.Org == current && m.Accessible() || m.Org == landing && shown.CurrentOrganization == nil {
			shown.CurrentOrganization = &OrganizationRef{ID: string(m.Org), Name: m.OrgName}
		}
	}

	return shown
}

func noticesOf(m identity.Muted) Notices { return Notices{Lapse: !m.Lapse, Expiry: !m.Expiry} }

// ProfileMembershipOf is one of a person's organizations as they see it.
func ProfileMembershipOf(a identity.Actor) ProfileMembership {
	return ProfileMembership{
		Organization:  OrganizationRef{ID: string(a.Org), Name: a.OrgName},
		Role:          roleOf(a.Membership),
		Status:        statusOf(a.Membership),
		Permissions:   permissionsOf(a),
		SolutionCount: a.SolutionCount,
		JoinedAt:      when(a.JoinedAt),
		DeletedAt:     when(a.OrgDeletedAt),
		RemovedAt:     when(a.OrgRemovedAt()),
	}
}

// permissionsOf returns what an actor can do at present.
func permissionsOf(a identity.Actor) []Permission {
	names := []Permission{}
	for _, p := range a.Permissions() {
		names = append(names, Permission(p))
	}

	return names
}

// TokenOf returns the token that the API shows to its owner at now. m is the owner's membership in the token's
// organization.
func TokenOf(t identity.Token, m identity.Membership, now time.Time) Token {
	ending, at := t.State(m, now)

	shown := Token{
		ID:             string(t.ID),
		Prefix:         t.Prefix(),
		Description:    t.Description,
		Status:         TokenStatusLive,
		Organization:   OrganizationRef{ID: string(t.Org), Name: m.OrgName},
		CreatedAt:      t.CreatedAt,
		LeaseExpiresAt: t.Until,
		ExpiresAt:      t.Expires,
		LastUsedAt:     when(t.LastUsed),
		Scopes:         scopesOf(t.Scopes),
		Networks:       t.Networks.List(),
		SelfRotate:     t.SelfRotates,
		ReplacedBy:     optional(string(t.ReplacedBy)),
		Replaces:       optional(string(t.Replaces)),
		ReusedAt:       when(t.ReusedAt),
		Version:        int64(t.Version),
		LastUsedFrom:   originOf(t.LastUse),
		DaysUsed:       t.LastUse.Days.Dates(t.LastUsed),
	}

	if ending != "" {
		shown.Status, shown.EndedReason = endingOf(ending, m.ServiceAccount)
		shown.EndedAt = when(at)

		return shown
	}

	if refusal, ok := errors.AsType[*identity.Error](t.Suspended(m, now)); ok {
		shown.Status, shown.SuspendedReason = TokenStatusSuspended, &refusal.Detail
	}

	return shown
}

// scopesOf returns the scopes that a token was given; nil for a token that was created before tokens had scopes.
func scopesOf(s identity.Scopes) *[]Scope {
	if !s.Limited() {
		return nil
	}

	names := slices.AppendSeq([]Scope{}, strings.FieldsSeq(s.String()))

	return &names
}

// originOf returns where the last use of a credential came from; nil if nothing is known. Show it to the owner only.
func originOf(l identity.LastUse) *UseOrigin {
	if l.Address == "" && l.Client == "" {
		return nil
	}

	return &UseOrigin{Address: optional(l.Address), Client: optional(l.Client)}
}

// endingOf returns the status and the reason that the API shows for an ended token. An ending that this version does not
// know is shown as a revocation, which is how the authorizer treats it.
func endingOf(e identity.Ending, ofService bool) (TokenStatus, *string) {
	reason, known := endings[e]
	if other, differs := serviceEndings[e]; ofService && differs {
		reason = other
	}

	if !known {
		return TokenStatusRevoked, optional("It was ended.")
	}

	return TokenStatus(e), &reason
}

// roleOf returns the role that the API shows. A role that this version does not know gives no access, so it is shown as
// Deny.
func roleOf(m identity.Membership) Role {
	if !m.Role.Admits() {
		return RoleDeny
	}

	return Role(m.Role)
}

// statusOf returns the status that the API shows. A status that this version does not know gives no access, so it is
// shown as disabled.
func statusOf(m identity.Membership) MembershipStatus {
	if !slices.Contains(identity.Statuses, m.Status) {
		return MembershipStatusDisabled
	}

	return MembershipStatus(m.Status)
}

// endings holds a sentence for each reason why a token died.
var endings = map[identity.Ending]string{
	identity.Lapsed:   "It expired because it was unused.",
	identity.Expired:  "It reached its expiry date.",
	identity.Deleted:  "You deleted it.",
	identity.Replaced: "It was rotated, and its overlap with the new token is over.",
	identity.Reported: "Someone found it and reported it, so it was revoked.",
	identity.Revoked:  "It was revoked by the organization, or you left the organization.",
}

// serviceEndings holds the sentences that differ for a token of a service account.
var serviceEndings = map[identity.Ending]string{
	identity.Deleted: "It was deleted.",
	identity.Revoked: "It was revoked by the organization.",
}

// TokenCreatedOf adds the secret to a new token. The response that creates the token is the only one that shows it.
func TokenCreatedOf(t Token, secret string) TokenCreated {
	return TokenCreated{Token: t, Secret: secret}
}

// TokenExtendedOf returns a token whose lease was extended, with warnings about the extension. clamped is true if the
// expiry shortened it.
func TokenExtendedOf(before, after identity.Token, m identity.Membership, clamped bool, now time.Time) TokenExtended {
	shown := TokenExtended{Token: TokenOf(after, m, now), Warnings: []Warning{}}

	switch {
	case clamped:
		shown.Warnings = append(shown.Warnings, Warning{
			Code:   WarningCodeLeaseClamped,
			Detail: "The lease cannot outlast the token's expiry at " + after.Expires.Format(time.RFC3339) + ".",
		})
	case after.Lease == before.Lease:
		shown.Warnings = append(shown.Warnings, Warning{
			Code: WarningCodeLeaseUnchanged,
			Detail: "The lease already lasts until " + after.Until.Format(time.RFC3339) +
				". To extend it, send that date as leaseExpiresAt.",
		})
	}

	return shown
}

// TokenChoiceOf returns what a request to create a token chooses.
func TokenChoiceOf(sent TokenCreate) identity.TokenChoice {
	return identity.TokenChoice{
		Description: sent.Description,
		Scopes:      sent.Scopes,
		Expires:     sent.ExpiresAt,
		Networks:    sent.Networks,
		SelfRotate:  sent.SelfRotate != nil && *sent.SelfRotate,
	}
}

// SessionCreatedOf returns a new session with its secret, the bearer token. No other response shows it. The field token is
// for consoles of the previous release that are open during an upgrade.
func SessionCreatedOf(s identity.Session, p identity.Profile, secret string) SessionCreated {
	return SessionCreated{
		Secret: secret,
		Token:  &secret,
		Session: Session{
			ID:             string(s.ID),
			Kind:           CredentialKindSession,
			CreatedAt:      s.CreatedAt,
			LeaseExpiresAt: s.Until,
			ExpiresAt:      s.Expires,
		},
		User: UserRef{
			ID:          string(p.ID),
			DisplayName: p.DisplayName,
			Email:       p.Email,
		},
	}
}

// OwnSessionOf returns a session that the API shows to its person, who calls with the session current.
func OwnSessionOf(s identity.Session, current string) OwnSession {
	return OwnSession{
		ID:             string(s.ID),
		Kind:           CredentialKindSession,
		CreatedAt:      s.CreatedAt,
		LeaseExpiresAt: s.Until,
		ExpiresAt:      s.Expires,
		LastUsedAt:     when(s.LastUsed),
		LastUsedFrom:   originOf(s.LastUse),
		SourceIP:       optional(s.SourceIP),
		Client:         optional(s.Client),
		Current:        string(s.ID) == current,
	}
}

// Matrix returns the roles and permissions of the permission matrix, and the scopes of other APIs that tokens can carry.
func Matrix(apiScopes []string) RoleMatrix {
	matrix := RoleMatrix{Roles: []RoleDescription{}, Permissions: []PermissionDescription{}, APIScopes: apiScopes}
	for _, role := range identity.Roles {
		names := []Permission{}
		for _, p := range role.Permissions() {
			names = append(names, Permission(p))
		}

		matrix.Roles = append(matrix.Roles, RoleDescription{Role: Role(role), Description: role.Description(), Permissions: names})
	}

	for _, rule := range identity.Matrix {
		matrix.Permissions = append(matrix.Permissions, PermissionDescription{
			Name:            Permission(rule.Permission),
			Description:     rule.Description,
			Kind:            PermissionKind(rule.Permission.Kind()),
			ServiceAccounts: !rule.Permission.PeopleOnly(),
		})
	}

	return matrix
}

func tokenPolicyOf(p identity.TokenPolicy) TokenPolicy {
	shown := TokenPolicy{
		TokensAllowed:   !p.NoTokens,
		ManagingAllowed: !p.NoManaging,
		Networks:        p.Networks.List(),
	}

	if p.LongestDays != 0 {
		days := int64(p.LongestDays)
		shown.LongestLifeDays = &days
	}

	return shown
}

// OrganizationOf returns the organization that the API shows to a member with the role.
func OrganizationOf(o identity.Organization, role identity.Role) Organization {
	shown := Role(role)
	return Organization{
		ID:            string(o.ID),
		Name:          o.Name,
		CreatedAt:     o.CreatedAt,
		Role:          &shown,
		MemberCount:   o.Members,
		OwnerCount:    o.Owners,
		SolutionCount: o.Solutions,
		TokenPolicy:   tokenPolicyOf(o.TokenPolicy),
		DeletedAt:     when(o.DeletedAt),
		RemovedAt:     when(o.RemovedAt()),
		Version:       int64(o.Version),
	}
}

// optional returns nil for "", so that the field is absent from the JSON.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// when returns nil for the zero time, so that the field is absent from the JSON.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
