package identity

import "strings"

// maxClient is the most bytes of a ClientName.
const maxClient = 60

// browsers lists what browsers call themselves in a User-Agent header, and their names. The order counts: Edge and Opera
// also say Chrome, and Chrome also says Safari.
var browsers = []struct{ mark, name string }{
	{"Edg", "Edge"},
	{"OPR/", "Opera"},
	{"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"Chrome/", "Chrome"},
	{"Safari/", "Safari"},
}

// platforms lists what systems are called in a User-Agent header, and their names. Android also says Linux, and an iPhone
// also says Mac OS X.
var platforms = []struct{ mark, name string }{
	{"Android", "Android"},
	{"iPhone", "iOS"},
	{"iPad", "iPadOS"},
	{"Windows", "Windows"},
	{"Mac OS X", "macOS"},
	{"CrOS", "ChromeOS"},
	{"Linux", "Linux"},
}

// ClientName returns a short form of a User-Agent header by which a person recognizes a session: the browser and its system,
// such as "Firefox on Linux", or else the first product, such as "curl/8.5.0". It holds only letters, digits, spaces and
// the characters . _ - + and /, at most 60 bytes. It returns "" if the header names neither.
func ClientName(userAgent string) string {
	for _, browser := range browsers {
		if !strings.Contains(userAgent, browser.mark) {
			continue
		}

		for _, platform := range platforms {
			if strings.Contains(userAgent, platform.mark) {
				return browser.name + " on " + platform.name
			}
		}

		return browser.name
	}

	product, _, _ := strings.Cut(strings.TrimSpace(userAgent), " ")
	if len(product) > maxClient || strings.ContainsFunc(product, func(r rune) bool { return !productRune(r) }) {
		return ""
	}

	return product
}

// productRune reports whether a character can be in a product and its version. RFC 9110, section 5.6.2, allows more.
func productRune(r rune) bool {
	return r < 0x80 && strings.ContainsRune(Base62+"._-+/", r)
}
