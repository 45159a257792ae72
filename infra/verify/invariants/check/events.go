package check

import (
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// event notes what an audit event says about the state that followed from it.
func (c *checker) event(name string, e identity.Event, purge time.Time) {
	if !purge.IsZero() {
		if kept := purge.Sub(e.At); c.kept == 0 || kept < c.kept {
			c.kept = kept
		}
	}

	if slices.Contains(identity.PersonalActions, e.Action) {
		c.personalEvent(e)
		return
	}

	if !slices.Contains(identity.OrganizationActions, e.Action) {
		c.broken(UnknownValue, name, "action %q", e.Action)
		return
	}

	c.note(aboutOrganization, e.Scope, "logged")
	kind, _, _ := strings.Cut(string(e.Action), ".")

	switch kind {
	case "organization":
		c.organizationEvent(e)
	case "member", "invitation", "service-account":
		c.memberEvent(e)
	case "solution":
		c.note(aboutSolution, e.Scope+"/"+e.Target.ID, "event", string(e.Action))
	case "assignment":
		c.assignmentEvent(e)
	case "token":
		c.note(aboutToken, e.Target.ID, "event", string(e.Action), e.Scope)
	}
}

func (c *checker) personalEvent(e identity.Event) {
	c.note(aboutUser, e.Scope, "event", string(e.Action), yes(e.Before["userId"] != ""))
	if e.Action == identity.ActionSessionCreate {
		c.note(aboutSession, e.Target.ID, "created")
	}
}

// organizationEvent notes the creation of an organization, with that of its first membership, or one of its changes.
func (c *checker) organizationEvent(e identity.Event) {
	if e.Action != identity.ActionOrganizationCreate {
		c.note(aboutOrganization, e.Scope, "changed")
		return
	}

	c.note(aboutOrganization, e.Scope, "created", string(e.Caller.User))
	c.note(aboutOrganization, e.Scope, "became", string(identity.Owner), string(identity.Active))
	c.note(aboutMember, e.Scope+"/"+string(e.Caller.User), "entered")
}

// memberEvent notes who entered or left the organization, and which roles and statuses came and went. The latter concern
// the organization as a whole: an invitation has another ID than the person who accepts it.
func (c *checker) memberEvent(e identity.Event) {
	id := e.Scope + "/" + e.Target.ID

	switch e.Action {
	case identity.ActionMemberInvite:
		c.note(aboutMember, id, "entered")
		c.invitationEvent(e)
	case identity.ActionInvitationResend:
		c.invitationEvent(e)
	case identity.ActionServiceCreate:
		c.note(aboutMember, id, "entered")
		c.note(aboutOrganization, e.Scope, "became", "", string(identity.Active))
	case identity.ActionMemberJoin:
		if invitation := e.Before["invitation"]; invitation != "" {
			c.note(aboutMember, e.Scope+"/"+invitation, "left")
			c.note(aboutMember, id, "entered")
		}

	case identity.ActionMemberRemove, identity.ActionInvitationDecline:
		c.note(aboutMember, id, "left")
	default:
		// nobody enters or leaves
	}

	c.note(aboutOrganization, e.Scope, "was", e.Before["role"], e.Before["status"])
	c.note(aboutOrganization, e.Scope, "became", e.After["role"], e.After["status"])
}

// invitationEvent notes that an invitation was sent, which uses up two limits of the day. An invitation that passes to the
// person who signs in was not sent.
func (c *checker) invitationEvent(e identity.Event) {
	if string(e.Caller.User) == e.Target.ID {
		return
	}

	day := e.At.UTC().Format(time.DateOnly)
	c.note(aboutQuota, string(e.Caller.User)+"/"+day, "sent")
	c.note(aboutQuota, e.Scope+"/"+day, "sent")
}

// assignmentEvent notes the solution roles that came and went. They concern the solution as a whole, because the
// assignments of an invitation pass to the person who accepts it.
func (c *checker) assignmentEvent(e identity.Event) {
	for what, state := range map[string]map[string]string{"was": e.Before, "became": e.After} {
		if s := state["solutionId"]; s != "" {
			c.note(aboutSolution, e.Scope+"/"+s, what, state["role"])
		}
	}
}
