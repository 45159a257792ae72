package events

import (
	"maps"
	"regexp"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// format is the form that a value must have to be part of an event.
type format struct {
	// pattern matches the whole value; "" for a value that is never part of an event.
	pattern string
	// says describes the value.
	says string
}

// The formats. Patterns are those of JSON Schema and of Go.
var (
	word           = format{`^[a-z][a-z0-9.-]{0,63}$`, "A word of the API."}
	userID         = format{`^usr_[0-9a-hjkmnp-tv-z]{26}$`, "ID of a person or a service account."}
	organizationID = format{`^org_[0-9a-hjkmnp-tv-z]{26}$`, "ID of an organization."}
	solutionID     = format{`^sol_[0-9a-hjkmnp-tv-z]{26}$`, "ID of a solution."}
	credentialID   = format{`^(tok|ses)_[0-9A-Za-z]{11}$`, "ID of a token or a session."}
	anyID          = format{`^((usr|org|sol)_[0-9a-hjkmnp-tv-z]{26}|(tok|ses)_[0-9A-Za-z]{11})$`, "ID of what was changed."}
	eventID        = format{`^[0-7][0-9a-hjkmnp-tv-z]{25}$`, "ID of the event, a lower-case ULID. A repeated event has the same ID."}
	moment         = format{`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`, "Time in UTC (RFC 3339)."}
	flag           = format{`^(true|false)$`, "Yes or no."}
	number         = format{`^[0-9]{1,9}$`, "A whole number."}
	prefix         = format{`^[0-9A-Za-z]{8}$`, "First 8 characters of the token after lhp_, as lists show them."}
	scopes         = format{`^` + scope + `( ` + scope + `)*$`, "Scopes, separated by spaces."}

	// withheld is the format of a value that a person typed, or that holds an address.
	withheld = format{says: "Only in changed. The value is not part of the event."}
)

// scope is the pattern of one scope. Its parts begin with a letter, which those of an IP address do not.
const scope = `[a-z][a-z0-9._/-]{0,63}(:[a-z][a-z0-9._/-]{0,63})*`

// compiled holds the patterns of the formats.
var compiled = compile(word, userID, organizationID, solutionID, credentialID, anyID, eventID, moment, flag, number, prefix, scopes)

func compile(formats ...format) map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for _, f := range formats {
		all[f.pattern] = regexp.MustCompile(f.pattern)
	}

	return all
}

// fields maps the names of fields in the audit log to the formats of their values.
type fields map[string]format

// The fields that several actions have.
var (
	memberFields = fields{"role": word, "status": word, "invitedAt": moment}

	leaseFields = fields{"leaseExpiresAt": moment, "expiresAt": moment, "serviceAccount": userID}

	tokenFields = fields{
		"prefix":     prefix,
		"scopes":     scopes,
		"networks":   withheld,
		"selfRotate": flag,
	}

	organizationFields = fields{
		"name":                        withheld,
		"tokenPolicy.tokensAllowed":   flag,
		"tokenPolicy.managingAllowed": flag,
		"tokenPolicy.longestLifeDays": number,
		"tokenPolicy.networks":        withheld,
	}

	deletionFields   = fields{"deletedAt": moment, "removedAt": moment}
	solutionFields   = fields{"name": withheld, "description": withheld}
	assignmentFields = fields{"solutionId": solutionID, "role": word}

	// serviceFields are those of a service account, which is a member as well.
	serviceFields = fields{"name": withheld, "contactEmail": withheld}

	profileFields = fields{
		"firstName":      withheld,
		"lastName":       withheld,
		"displayName":    withheld,
		"email":          withheld,
		"phone":          withheld,
		"notices.lapse":  flag,
		"notices.expiry": flag,
		"userId":         userID,
	}
)

// join returns all fields of several sets.
func join(sets ...fields) fields {
	all := fields{}
	for _, set := range sets {
		maps.Copy(all, set)
	}

	return all
}

// definition describes the events of one action.
type definition struct {
	action identity.Action
	// says is what happened, as a sentence.
	says string
	// target is the type of what was changed.
	target string
	fields fields
}

// on returns the definition of an action.
func on(action identity.Action, says, target string, of fields) definition {
	return definition{
		action: action,
		says:   says,
		target: target,
		fields: of,
	}
}

// The types of targets.
const (
	user         = "user"
	organization = "organization"
	token        = "token"
	session      = "session"
	solution     = "solution"
)

// definitions has an entry for each action of identity.OrganizationActions and identity.PersonalActions, in their order.
var definitions = []definition{
	on(identity.ActionOrganizationCreate, "A person created an organization.", organization, organizationFields),
	on(identity.ActionOrganizationUpdate, "The name or the token policy of an organization changed.", organization, organizationFields),
	on(identity.ActionMemberInvite, "A person was invited.", user, join(memberFields, fields{"email": withheld})),
	on(identity.ActionMemberJoin, "A person accepted an invitation.", user, join(memberFields, fields{"invitation": userID})),
	on(identity.ActionMemberRemove, "A member left or was removed, or an invitation was withdrawn.", user, memberFields),
	on(identity.ActionMemberRoleUpdate, "The role of a member changed.", user, memberFields),
	on(identity.ActionMemberDisable, "A member was disabled.", user, memberFields),
	on(identity.ActionMemberEnable, "A member was enabled.", user, memberFields),
	on(identity.ActionMemberTokensRevoke, "All tokens of a member were revoked.", user, memberFields),
	on(identity.ActionInvitationResend, "An invitation was emailed again.", user, memberFields),
	on(identity.ActionMemberSignInRefused, "A sign-in with the address of a member was refused.", user,
		fields{"email": withheld, "issuer": withheld}),
	on(identity.ActionInvitationDecline, "A person declined an invitation.", user, memberFields),
	on(identity.ActionTokenCreate, "A token was created.", token, join(leaseFields, tokenFields)),
	on(identity.ActionTokenExtend, "The lease of a token was extended.", token, leaseFields),
	on(identity.ActionTokenDelete, "A token was deleted.", token, leaseFields),
	on(identity.ActionTokenRename, "The description of a token changed.", token, leaseFields),
	on(identity.ActionTokenRotate, "A token was replaced by another one.", token, join(leaseFields, tokenFields)),
	on(identity.ActionTokenReuse, "A replaced token was used after its overlap, so its successors were revoked.", token, leaseFields),
	on(identity.ActionTokenLapsed, "A token expired because it was unused.", token, leaseFields),
	on(identity.ActionTokenExpired, "A token reached its expiry, or the end of its overlap.", token, leaseFields),
	on(identity.ActionSolutionCreate, "A solution was created.", solution, solutionFields),
	on(identity.ActionSolutionUpdate, "The name or the description of a solution changed.", solution, solutionFields),
	on(identity.ActionSolutionDelete, "A solution was deleted.", solution, solutionFields),
	on(identity.ActionAssignmentCreate, "A member was assigned to a solution.", user, assignmentFields),
	on(identity.ActionAssignmentUpdate, "The role of a member in a solution changed.", user, assignmentFields),
	on(identity.ActionAssignmentDelete, "A member was taken off a solution.", user, assignmentFields),
	on(identity.ActionOrganizationDelete, "An organization was deleted. It can be restored until removedAt.", organization, deletionFields),
	on(identity.ActionOrganizationRestore, "A deleted organization was restored.", organization, deletionFields),
	on(identity.ActionTokenReport, "A token that someone found in the open was revoked.", token, leaseFields),
	on(identity.ActionServiceCreate, "A service account was created.", user, join(memberFields, serviceFields)),
	on(identity.ActionServiceUpdate, "The name, the role or the contact address of a service account changed.", user,
		join(memberFields, serviceFields)),
	on(identity.ActionUserCreate, "A person signed in for the first time.", user, nil),
	on(identity.ActionUserLink, "A person signed in with another identity.", user, nil),
	on(identity.ActionUserDelete, "A person deleted their account.", user, nil),
	on(identity.ActionSessionCreate, "A person signed in.", session, nil),
	on(identity.ActionSessionDelete, "A session was ended.", session, nil),
	on(identity.ActionSessionEvict, "A session ended because the person had too many.", session, nil),
	on(identity.ActionSessionLogout, "The identity provider ended a session.", session, nil),
	on(identity.ActionSessionReport, "A session whose token someone found in the open was ended.", session, nil),
	on(identity.ActionProfileUpdate, "A person changed their profile or their notices.", user, profileFields),
	on(identity.ActionProfileName, "The identity provider changed the name of a person.", user, profileFields),
	on(identity.ActionProfileEmail, "The identity provider changed the email address of a person.", user, profileFields),
	on(identity.ActionOrganizationDefault, "A person chose another default organization.", user,
		fields{"defaultOrganization": organizationID}),
	on(identity.ActionOrganizationSwitch, "A person switched to an organization.", session,
		fields{"currentOrganization": organizationID}),
}

// definitionOf returns the definition of an action. For an action that this version does not know, it has no fields.
func definitionOf(action identity.Action) definition {
	for _, d := range definitions {
		if d.action == action {
			return d
		}
	}

	return definition{action: action}
}
