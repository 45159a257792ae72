package identity

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What follows is the same for a person's own tokens and for those of a service account.

// TokenChoice is what the creator of a token chooses. The names of the fields in its errors are those of the API.
type TokenChoice struct {
	// Description is nil or blank for a default by which the token can be recognized later.
	Description *string
	// Scopes is nil for DefaultScopes.
	Scopes []string
	// Expires is nil for as late as possible.
	Expires    *time.Time
	Networks   []string
	SelfRotate bool
}

// Token returns the token that is chosen for a member at now, without its ID, hash and derivation key. offered are
// the scopes of other APIs. It returns a Forbidden error if the organization's policy allows no tokens, or an
// InvalidRequest error that names every invalid field.
func (c TokenChoice) Token(m Membership, offered []string, now time.Time) (Token, error) {
	if m.TokenPolicy.NoTokens {
		return Token{}, Refuse(Forbidden, "The organization's token policy does not allow personal access tokens.")
	}

	var mistakes Mistakes

	description, err := c.describe(m, now)
	mistakes.Add(err)

	scopes := DefaultScopes(m)
	if c.Scopes != nil {
		scopes, err = ChooseScopes("scopes", c.Scopes, m, offered)
		mistakes.Add(err)
	}

	lease, err := ChooseExpiry("expiresAt", c.Expires, m.TokenPolicy, now)
	mistakes.Add(err)

	networks, err := CleanNetworks("networks", c.Networks)
	mistakes.Add(err)

	return Token{
		User:        m.User,
		Org:         m.Org,
		Description: description,
		Epoch:       m.TokenEpoch,
		CreatedAt:   now.Truncate(time.Second),
		Lease:       lease,
		Scopes:      scopes,
		Networks:    networks,
		SelfRotates: c.SelfRotate,
		Version:     1,
	}, mistakes.Err()
}

func (c TokenChoice) describe(m Membership, now time.Time) (string, error) {
	if c.Description != nil && strings.TrimSpace(*c.Description) != "" {
		return CleanText("description", *c.Description, MaxDescription)
	}

	return fmt.Sprintf("Token for %s created on %s", m.OrgName, now.Format(time.DateOnly)), nil
}

// CleanOverlap returns how long a rotated token is to work next to its successor: the number of seconds, or
// DefaultOverlap for nil. It returns the InvalidRequest error of the field unless the number is from 0 to MaxOverlap.
func CleanOverlap(field string, seconds *int64) (time.Duration, error) {
	if seconds == nil {
		return DefaultOverlap, nil
	}

	if *seconds < 0 || *seconds > int64(MaxOverlap/time.Second) {
		return 0, InvalidField(field, "Send a whole number from 0 to %d.", int64(MaxOverlap/time.Second))
	}

	return time.Duration(*seconds) * time.Second, nil
}

// Extend returns the token with its lease extended at now from seen, the date that the caller saw; see Terms.Extend.
// m is its owner's membership. clamped is true if the expiry shortened the extension. It returns a TokenDead error
// for a token that has ended, and the InvalidRequest error of the field if the lease never ended at seen.
func (t Token) Extend(field string, m Membership, seen, now time.Time) (extended Token, clamped bool, err error) {
	if ending, at := t.State(m, now); ending != "" {
		return Token{}, false, Refuse(TokenDead, "The token ended at %s (%s) and cannot be revived. Create a new one.",
			at.Format(time.RFC3339), ending)
	}

	seen = seen.UTC()
	if seen.IsZero() || seen.After(t.Until) {
		return Token{}, false, InvalidField(field, "Send the token's leaseExpiresAt as you read it; it is %s now.",
			t.Until.Format(time.RFC3339))
	}

	t.Lease, clamped = PATTerms.Extend(t.Lease, seen)

	return t, clamped, nil
}

// TokenPage returns the tokens of a page of a list, newest first: at most limit of those that come after a position,
// "" for the first page. next is the position of the next page, "" if there is none. in holds the memberships of the
// tokens' owner; a token of another organization is left out. Ended tokens are listed only if ended is true, until
// they are purged.
func TokenPage(tokens []Token, in map[OrgID]Membership, ended bool, after string, limit int, now time.Time) (
	page []Token, next string) {
	page = slices.DeleteFunc(slices.Clone(tokens), func(t Token) bool {
		m, known := in[t.Org]
		ending, _ := t.State(m, now)
		passed := after != "" && t.position() >= after
		return !known || passed || ending != "" && (!ended || t.Purged(now))
	})

	slices.SortFunc(page, func(a, b Token) int { return cmp.Compare(b.position(), a.position()) })
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].position()
	}

	return page, next
}

// position returns a token's place in a list: by creation, then by ID.
func (t Token) position() string { return strconv.FormatInt(t.CreatedAt.Unix(), 10) + string(t.ID) }
