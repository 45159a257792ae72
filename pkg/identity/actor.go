package identity

import "time"

// Actor is a member who acts in one organization with one credential. Every rule about what somebody may do asks an Actor,
// so that a credential can carry less power than its owner's role and never more.
type Actor struct {
	Membership
	caller Caller
}

// Acting returns the actor that a caller is in the organization of one of their memberships.
func Acting(c Caller, m Membership) Actor { return Actor{Membership: m, caller: c} }

// Can reports whether the actor has the permission: the member has access, their role has it, and the credential carries
// it.
func (a Actor) Can(p Permission) bool {
	return a.Accessible() && a.Grants(p) && a.carries(p)
}

// Permissions returns what the actor can do at present, in the matrix's order. It never returns nil.
func (a Actor) Permissions() []Permission {
	granted := make([]Permission, 0, len(Matrix))
	for _, rule := range Matrix {
		if a.Can(rule.Permission) {
			granted = append(granted, rule.Permission)
		}
	}

	return granted
}

// carries reports whether the credential carries a permission of its owner's role, in the organizations that it sees.
func (a Actor) carries(p Permission) bool { return a.caller.Sees(a.Org) && a.caller.Carries(p) }

// Require returns nil if the actor has the permission. Otherwise it returns a Forbidden error that says why not.
func (a Actor) Require(p Permission) error {
	switch {
	case !a.Accessible():
		return a.NoAccess()
	case !a.Grants(p):
		return a.Lacking(p)
	case !a.caller.Sees(a.Org):
		return NoSuch("organization")
	}

	return a.caller.RequireScope(p)
}

// MayManage returns nil if the actor may disable, enable, remove or change the role of the target, or a Forbidden error.
// The actor needs ManageMembers, only an Owner may manage an Owner, and a service account has a lower role than the actor.
func (a Actor) MayManage(target Membership) error {
	a = a.latest(target)
	if err := a.Require(ManageMembers); err != nil {
		return err
	}

	if target.Role == Owner && a.Role != Owner {
		return Refuse(Forbidden, "Only an Owner can do this to an Owner.")
	}

	if target.ServiceAccount && target.Role != Owner {
		return a.outranks(target.Role)
	}

	return nil
}

// MayGrant returns nil if the actor may give the target the role, or a Forbidden error. The rules of MayManage apply,
// only an Owner can make someone an Owner, and nobody can raise their own role. A service account gets one of
// ServiceRoles that is lower than the actor's.
func (a Actor) MayGrant(target Membership, role Role) error {
	if err := a.MayManage(target); err != nil {
		return err
	}

	a = a.latest(target)
	if target.ServiceAccount {
		if err := mayServe(role); err != nil {
			return err
		}

		return a.outranks(role)
	}

	switch {
	case role == Owner && a.Role != Owner:
		return Refuse(Forbidden, "Only an Owner can make someone an Owner.")
	case a.User == target.User && role.rank() > a.Role.rank():
		return Refuse(Forbidden, "You can't raise your own role. Ask another Owner or Admin.")
	}

	return nil
}

// latest returns the actor, or the target if both are the same person, because the target was read last. Whether the
// organization is deleted is known of the actor.
func (a Actor) latest(target Membership) Actor {
	if a.User == target.User {
		target.OrgDeletedAt = a.OrgDeletedAt
		a.Membership = target
	}
	return a
}

// The methods below apply an action of one member, the actor, to another, the target, who may be the actor. Each returns
// the target after the action, with the next version if anything changed, or the refusal.

// ChangeRole gives the target a role. It returns a Forbidden error unless MayGrant allows it, and Conflict for denying a
// person who has not joined yet.
func (a Actor) ChangeRole(target Membership, role Role) (Membership, error) {
	if err := a.MayGrant(target, role); err != nil {
		return Membership{}, err
	}

	if target.Status == Invited && role == Deny {
		return Membership{}, Refuse(Conflict, "This person has not joined yet. Remove them to cancel the invitation.")
	}

	after := target
	after.Role = role
	if role != target.Role {
		after = a.answersFor(after)
	}

	return after.since(target), nil
}

// answersFor makes the actor the member who answers for an invitation.
func (a Actor) answersFor(m Membership) Membership {
	if m.InvitedBy != "" {
		m.InvitedBy = a.User
	}
	return m
}

// Disable removes the target's access and keeps their role. It returns a Forbidden error unless MayManage allows it, and
// Conflict if the target is the actor or has not joined yet.
func (a Actor) Disable(target Membership) (Membership, error) {
	switch err := a.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case a.User == target.User:
		return Membership{}, Refuse(Conflict, "You can't disable yourself. Leave the organization, or ask another Owner or Admin.")
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "This person has not joined yet. Remove them to cancel the invitation.")
	}

	after := target
	after.Status = Disabled
	return after.since(target), nil
}

// Enable restores a disabled target's access with the role they had. It returns a Forbidden error unless MayManage allows
// it, and Conflict if the target has not joined yet.
func (a Actor) Enable(target Membership) (Membership, error) {
	switch err := a.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "This person has not joined yet. Resend the invitation instead.")
	}

	after := target
	after.Status = Active
	return after.since(target), nil
}

// MayRemove returns nil if the actor may remove the target, or a Forbidden error. The rules of MayManage apply, and
// everybody may remove themselves, that is, leave. A denied or disabled member who leaves also leaves a Mark. A token needs
// ManageMembers among its scopes to remove its owner, although the owner's role does not have to include it.
func (a Actor) MayRemove(target Membership) error {
	if a.User == target.User && a.caller.Sees(target.Org) {
		return a.caller.RequireScope(ManageMembers)
	}
	return a.MayManage(target)
}

// Reinvite restarts the target's invitation at now. It returns a Forbidden error unless MayManage allows it, and Conflict
// if the target has joined. The result is always a new version, even within the same second, because each call sends a
// mail.
func (a Actor) Reinvite(target Membership, now time.Time) (Membership, error) {
	switch err := a.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status != Invited:
		return Membership{}, Refuse(Conflict, "This person has already joined, so there is no invitation to resend.")
	case !target.Role.Admits():
		return Membership{}, Refuse(Conflict, "This invitation gives no access. Invite the person again instead.")
	}

	after := a.answersFor(target)
	after.InvitedAt = now.UTC().Truncate(time.Second)
	after.Version++
	return after, nil
}

// RevokeTokens ends, at now, all personal access tokens that the target has in the organization. It returns a Forbidden
// error unless MayManage allows it.
func (a Actor) RevokeTokens(target Membership, now time.Time) (Membership, error) {
	if err := a.MayManage(target); err != nil {
		return Membership{}, err
	}

	after := target
	after.TokenEpoch = NewEpoch(now)
	return after.since(target), nil
}

// Invite returns the invitation that the actor makes at now: a membership under an ID that stands for the invited person
// until they accept. person is what the actor typed. It returns a Forbidden error unless the actor
// may grant the role, and InvalidRequest for Deny, because an invitation gives access.
func (a Actor) Invite(user UserID, person Person, role Role, now time.Time) (Membership, error) {
	if role == Deny {
		return Membership{}, InvalidField("role", "Choose owner, admin, creator, or user. An invitation gives access.")
	}

	invited := Membership{
		User:       user,
		Org:        a.Org,
		OrgName:    a.OrgName,
		Role:       User,
		Status:     Invited,
		TokenEpoch: NewEpoch(now),
		InvitedAt:  now.UTC().Truncate(time.Second),
		InvitedBy:  a.User,
		Offer:      true,
		Person:     person,
		Version:    1,
	}
	if err := a.MayGrant(invited, role); err != nil {
		return Membership{}, err
	}

	invited.Role = role
	return invited, nil
}
