package identity

import (
	"bytes"
	"slices"
)

// Action names what an audit event records: a kind of thing, a dot, and what happened to it.
type Action string

// UnmarshalText parses an action that an organization's audit log can hold. It returns an InvalidRequest error for any
// other text.
func (a *Action) UnmarshalText(text []byte) error {
	if !slices.Contains(OrganizationActions, Action(text)) {
		return InvalidField("action", "Choose an action of the API description, such as assignment.update.")
	}

	*a = Action(text)

	return nil
}

// Actions are the actions that a caller asks for.
type Actions []Action

// UnmarshalText parses actions that are separated by commas. It returns an InvalidRequest error if one of them is not an
// action of an organization's audit log, or is there twice.
func (a *Actions) UnmarshalText(text []byte) error {
	var all Actions
	for name := range bytes.SplitSeq(text, []byte(",")) {
		var action Action
		if err := action.UnmarshalText(name); err != nil {
			return err
		}

		if slices.Contains(all, action) {
			return InvalidField("action", "Include each action only once.")
		}

		all = append(all, action)
	}

	*a = all

	return nil
}

// The actions that an organization's audit log lists. The API description has the same list as its AuditAction enum.
const (
	ActionOrganizationCreate  Action = "organization.create"
	ActionOrganizationUpdate  Action = "organization.update"
	ActionMemberInvite        Action = "member.invite"
	ActionMemberJoin          Action = "member.join"
	ActionMemberRemove        Action = "member.remove"
	ActionMemberRoleUpdate    Action = "member.role-update"
	ActionMemberDisable       Action = "member.disable"
	ActionMemberEnable        Action = "member.enable"
	ActionMemberTokensRevoke  Action = "member.tokens-revoke"
	ActionInvitationResend    Action = "invitation.resend"
	ActionInvitationDecline   Action = "invitation.decline"
	ActionMemberSignInRefused Action = "member.sign-in-refused"
	ActionTokenCreate         Action = "token.create"
	ActionTokenExtend         Action = "token.extend"
	ActionTokenDelete         Action = "token.delete"
	ActionTokenRename         Action = "token.rename"
	ActionTokenRotate         Action = "token.rotate"
	ActionTokenReuse          Action = "token.reuse"
	ActionTokenLapsed         Action = "token.lapsed"
	ActionTokenExpired        Action = "token.expired"
	ActionSolutionCreate      Action = "solution.create"
	ActionSolutionUpdate      Action = "solution.update"
	ActionSolutionDelete      Action = "solution.delete"
	ActionAssignmentCreate    Action = "assignment.create"
	ActionAssignmentUpdate    Action = "assignment.update"
	ActionAssignmentDelete    Action = "assignment.delete"
	ActionOrganizationDelete  Action = "organization.delete"
	ActionOrganizationRestore Action = "organization.restore"
	ActionTokenReport         Action = "token.report"
	ActionServiceCreate       Action = "service-account.create"
	ActionServiceUpdate       Action = "service-account.update"
)

// The actions that concern one person only. They are recorded under that person and appear in no organization's log.
const (
	ActionUserCreate          Action = "user.create"
	ActionUserLink            Action = "user.link"
	ActionUserDelete          Action = "user.delete"
	ActionSessionCreate       Action = "session.create"
	ActionSessionDelete       Action = "session.delete"
	ActionSessionEvict        Action = "session.evict"
	ActionSessionLogout       Action = "session.logout"
	ActionSessionReport       Action = "session.report"
	ActionProfileUpdate       Action = "profile.update"
	ActionProfileName         Action = "profile.name"
	ActionProfileEmail        Action = "profile.email"
	ActionOrganizationDefault Action = "organization.default"
	ActionOrganizationSwitch  Action = "organization.switch"
)

// OrganizationActions lists the actions that an organization's audit log can hold.
var OrganizationActions = []Action{
	ActionOrganizationCreate,
	ActionOrganizationUpdate,
	ActionMemberInvite,
	ActionMemberJoin,
	ActionMemberRemove,
	ActionMemberRoleUpdate,
	ActionMemberDisable,
	ActionMemberEnable,
	ActionMemberTokensRevoke,
	ActionInvitationResend,
	ActionMemberSignInRefused,
	ActionInvitationDecline,
	ActionTokenCreate,
	ActionTokenExtend,
	ActionTokenDelete,
	ActionTokenRename,
	ActionTokenRotate,
	ActionTokenReuse,
	ActionTokenLapsed,
	ActionTokenExpired,
	ActionSolutionCreate,
	ActionSolutionUpdate,
	ActionSolutionDelete,
	ActionAssignmentCreate,
	ActionAssignmentUpdate,
	ActionAssignmentDelete,
	ActionOrganizationDelete,
	ActionOrganizationRestore,
	ActionTokenReport,
	ActionServiceCreate,
	ActionServiceUpdate,
}

// PersonalActions lists the actions that are recorded under one person.
var PersonalActions = []Action{
	ActionUserCreate,
	ActionUserLink,
	ActionUserDelete,
	ActionSessionCreate,
	ActionSessionDelete,
	ActionSessionEvict,
	ActionSessionLogout,
	ActionSessionReport,
	ActionProfileUpdate,
	ActionProfileName,
	ActionProfileEmail,
	ActionOrganizationDefault,
	ActionOrganizationSwitch,
}

// RetiredBy returns the action with which the sweep records a token that ended by itself. ok is false unless the token
// lapsed, expired, or was replaced and reached the end of its overlap, since the sweep retires no other token.
func RetiredBy(e Ending) (action Action, ok bool) {
	switch e {
	case Lapsed:
		return ActionTokenLapsed, true
	case Expired, Replaced:
		return ActionTokenExpired, true
	case Deleted, Revoked, Reported:
	}

	return "", false
}
