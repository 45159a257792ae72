package mailbox

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// withLinks returns the HTML part of an email in which every link opens in the whole tab, as in a mail program that opens
// the browser. In the frame that shows the part, most pages refuse to load. A link to anything other than http and https
// has no address.
func withLinks(part string) string {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(part))

	for {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end, or a tag that does not end
			return out.String()
		}

		raw := string(tokens.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			out.WriteString(raw)
			continue
		}

		switch tag := tokens.Token(); tag.Data {
		case "a", "area":
			tag.Attr = linkAttributes(tag.Attr)
			out.WriteString(tag.String())

		case "base": // would decide where the links lead, and where they open
		default:
			out.WriteString(raw)
		}
	}
}

// linkAttributes returns the attributes of a link so that it opens an http or https address in the whole tab.
func linkAttributes(given []html.Attribute) []html.Attribute {
	kept := []html.Attribute{{Key: "target", Val: "_top"}}

	for _, attribute := range given {
		opens := attribute.Key == "href" && isWeb(attribute.Val)
		if opens || attribute.Key != "href" && attribute.Key != "target" {
			kept = append(kept, attribute)
		}
	}

	return kept
}

// isWeb reports whether an address is an absolute http or https URL.
func isWeb(address string) bool {
	parsed, err := url.Parse(strings.TrimSpace(address))
	return err == nil && parsed.Host != "" && (parsed.Scheme == "http" || parsed.Scheme == "https")
}

// segment is a part of a plain text: a link or the text between two links.
type segment struct {
	Text   string
	IsLink bool
}

// webAddress matches an http or https URL in a text, without the punctuation that ends a sentence.
var webAddress = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>"'.,:;!?)\]]`)

// segments splits a plain text so that its http and https addresses are links.
func segments(text string) []segment {
	var found []segment
	end := 0

	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		if at[0] > end {
			found = append(found, segment{text[end:at[0]], false})
		}

		address := text[at[0]:at[1]]
		found = append(found, segment{address, isWeb(address)})
		end = at[1]
	}

	if end < len(text) {
		found = append(found, segment{text[end:], false})
	}

	return found
}
