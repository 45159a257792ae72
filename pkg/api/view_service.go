package api

import "github.com/leasehold-dev/leasehold/pkg/identity"

// ServiceAccountOf returns the service account that the API shows to those who manage it.
func ServiceAccountOf(m identity.Membership) ServiceAccount {
	return ServiceAccount{
		ID:           string(m.User),
		Name:         m.Person.DisplayName,
		Role:         roleOf(m),
		Status:       statusOf(m),
		ContactEmail: m.Person.Email,
		CreatedAt:    m.JoinedAt,
		Version:      int64(m.Version),
	}
}

// ServiceTokenChoiceOf returns what a request to create a token of a service account chooses.
func ServiceTokenChoiceOf(sent ServiceAccountTokenCreate) identity.TokenChoice {
	return TokenChoiceOf(TokenCreate{
		Description: sent.Description,
		Scopes:      sent.Scopes,
		ExpiresAt:   sent.ExpiresAt,
		Networks:    sent.Networks,
		SelfRotate:  sent.SelfRotate,
	})
}

// badge returns true for a service account and nil for a person, so that the field is absent from the JSON.
func badge(m identity.Membership) *bool {
	if !m.ServiceAccount {
		return nil
	}

	return &m.ServiceAccount
}
