package secret

import (
	"encoding/base64"
	"strings"
)

// HasForm reports whether text has the form that Pattern describes. Its checksum can be wrong; see Parse. It exists
// because the authorizer does without regular expressions.
func HasForm(text string) bool {
	if rest, found := strings.CutPrefix(text, derivedPrefix); found {
		return hasDerivedForm(rest)
	}

	chars := patBytes / blockBytes * blockChars
	digits, found := strings.CutPrefix(text, patPrefix)
	if !found {
		chars = sessionBytes / blockBytes * blockChars
		digits, found = strings.CutPrefix(text, sessionPrefix)
	}

	return found && len(digits) == chars && consistsOf(digits, isDigit)
}

// hasDerivedForm is HasForm for the part of a derived token that follows its prefix.
func hasDerivedForm(rest string) bool {
	body, seal, found := strings.Cut(rest, separator)
	if !found || len(body) < claimChars || len(seal) != base64.RawURLEncoding.EncodedLen(sealBytes) {
		return false
	}

	claims, caveats := body[:claimChars], body[claimChars:]
	if !caveatsFit(len(caveats)) {
		return false
	}

	return consistsOf(claims, isDigit) && consistsOf(caveats, isBase64) && consistsOf(seal, isBase64) &&
		strings.IndexByte(sealEnds, seal[len(seal)-1]) >= 0
}

// sealEnds are the characters that can end a seal: 68 bytes leave two bits of the last one unused, which are 0.
const sealEnds = "048AEIMQUYcgkosw"

// caveatsFit reports whether the caveats of a token can have so many characters.
func caveatsFit(chars int) bool {
	return chars >= base64.RawURLEncoding.EncodedLen(minCaveatBytes) && chars <= base64.RawURLEncoding.EncodedLen(maxCaveatBytes)
}

func isDigit(c byte) bool {
	_, ok := digit(c)
	return ok
}

func isBase64(c byte) bool { return isDigit(c) || c == '-' || c == '_' }

func consistsOf(text string, kind func(byte) bool) bool {
	for i := range len(text) {
		if !kind(text[i]) {
			return false
		}
	}

	return true
}
