package identity

import (
	"maps"
	"time"
)

// Assertion is what an identity provider asserts about who signs in.
type Assertion struct {
	Issuer, Subject string
	// Email is in canonical form and verified by the provider.
	Email string
}

// Digest returns the digest of the assertion's issuer and subject, by which Identities know them.
func (a Assertion) Digest() string { return Digest(a.Issuer, a.Subject) }

// Identities are the identities that open a profile: for each issuer, the Digest of one subject.
type Identities map[string]string

// With returns the identities after the assertion's subject takes the place of any other at its issuer.
func (i Identities) With(a Assertion) Identities {
	after := maps.Clone(i)
	if after == nil {
		after = Identities{}
	}

	after[a.Issuer] = a.Digest()
	return after
}

// Account is a profile as a sign-in sees it.
type Account struct {
	User  UserID
	Email string
	// Identities lists who may sign in to the profile. It is empty before the first sign-in. Earlier releases did not
	// record it, so that in a profile of theirs it is empty until the next sign-in.
	Identities Identities
	// Used reports that somebody has signed in to the profile.
	Used bool
}

// opensTo reports whether an identity that is linked to the account opens it. The account's own record decides: an
// identity at an issuer at which the account has another subject has been replaced. If the record names no subject there,
// an earlier release linked the identity, and the sign-in records it.
func (a Account) opensTo(by Assertion) bool {
	recorded, ok := a.Identities[by.Issuer]
	return a.User != "" && (!ok || recorded == by.Digest())
}

// abandoned reports whether all the account's identities are known and belong to issuers that are not configured any more.
func (a Account) abandoned(configured func(issuer string) bool) bool {
	for issuer := range a.Identities {
		if configured(issuer) {
			return false
		}
	}

	return len(a.Identities) > 0
}

// renumbered reports whether the account may have had another subject at the assertion's issuer.
func (a Account) renumbered(by Assertion) bool {
	_, known := a.Identities[by.Issuer]
	return known || len(a.Identities) == 0
}

// SignInOutcome is what a sign-in does.
type SignInOutcome int

// The outcomes of a sign-in. The zero value refuses it.
const (
	// SignInIsRefused: the address belongs to a profile that is somebody else's.
	SignInIsRefused SignInOutcome = iota
	// SignInOpens: the identity opens its own profile.
	SignInOpens
	// SignInCreates: nobody has the identity or the address, so there is a new person.
	SignInCreates
	// SignInLinks: the identity is added to the profile that has the address.
	SignInLinks
	// SignInRelinks: the identity takes the place of another subject at its issuer.
	SignInRelinks
)

// AddressOutcome is what a sign-in that opens a profile does with the email address that the provider asserts.
type AddressOutcome int

// The outcomes for an address.
const (
	// AddressStays: the profile keeps the address that it has.
	AddressStays AddressOutcome = iota
	// AddressMoves: the profile gets the asserted address, which nobody has.
	AddressMoves
	// AddressYields: a profile that nobody has signed in to gives up the asserted address and its invitations.
	AddressYields
)

// Recognition is whose profile a sign-in opens, and how.
type Recognition struct {
	Outcome SignInOutcome
	// User is the profile's; "" for a new person, and for a refusal.
	User    UserID
	Address AddressOutcome
	// Adopts reports that the profile does not record the identity that opens it, so the sign-in records it.
	Adopts bool
}

// Recognize decides whose profile an assertion opens. linked is the account that the identity is linked to, and holder the
// account that has the email address; each is zero if there is none. configured reports whether people can sign in at an
// issuer. relink reports that the operator vouches for a renumbering by the provider (OidcRelinkUntil).
//
// A person is an issuer and a subject (OpenID Connect Core 1.0, section 5.7). An address is passed on to other people, so
// it opens a profile only if nobody else can be meant: nobody has ever signed in to the profile, or nobody can any more,
// because the operator has replaced the issuer. During a renumbering the operator vouches that the people behind the
// addresses are the same. The subject that was replaced stays linked as it was, so that it is known, and does not come
// back by the same address.
func Recognize(by Assertion, linked, holder Account, configured func(issuer string) bool, relink bool) Recognition {
	if linked.opensTo(by) {
		_, recorded := linked.Identities[by.Issuer]
		return Recognition{
			Outcome: SignInOpens,
			User:    linked.User,
			Address: addressOutcome(linked, holder),
			Adopts:  !recorded,
		}
	}

	switch replaced := linked.User != "" && linked.User == holder.User; {
	case holder.User == "":
		return Recognition{Outcome: SignInCreates}
	case !holder.Used || holder.abandoned(configured):
		return Recognition{Outcome: SignInLinks, User: holder.User}
	case relink && !replaced && holder.renumbered(by):
		return Recognition{Outcome: SignInRelinks, User: holder.User}
	}

	return Recognition{}
}

// addressOutcome decides what becomes of the address that holder has, when linked's own person signs in with it.
func addressOutcome(linked, holder Account) AddressOutcome {
	switch {
	case holder.User == linked.User:
		return AddressStays
	case holder.User == "":
		return AddressMoves
	case !holder.Used:
		return AddressYields
	}

	return AddressStays
}

// IDToken identifies an ID token, so that it makes one session only.
type IDToken struct {
	// Digest is the Digest of what the issuer signed. Several texts can hold the same signed claims, as neither base64 nor
	// every kind of signature has one form only.
	Digest string
	// Expires is when the token expires.
	Expires time.Time
}

// clockLeeway is how far the clocks of two machines may differ.
const clockLeeway = 5 * time.Minute

// RememberedUntil returns when the token no longer needs to be remembered, because it has expired for everybody.
func (t IDToken) RememberedUntil() time.Time { return t.Expires.Add(clockLeeway) }

// Traded returns the refusal for an ID token that has made its session.
func (t IDToken) Traded() error {
	return Refuse(SignInRefused, "This ID token has already been exchanged for a session. Sign in again.")
}

// NotYours returns the refusal of a sign-in whose address belongs to a profile of somebody else.
func NotYours() error {
	return Refuse(SignInRefused, "The email address belongs to the profile of another identity at your identity provider. "+
		"Sign in as you did before. If you are new to the address, ask an Owner to invite you at another one.")
}
