package identity

import (
	"net/netip"
	"slices"
	"strings"
)

// MaxNetworks is the most networks that a token or an organization can list.
const MaxNetworks = 20

// Networks lists the networks that a token can be used from, as CIDR blocks (RFC 4632 and RFC 4291, section 2.3),
// separated by spaces. "" allows every address.
type Networks string

// CleanNetworks returns the networks in a list of CIDR blocks and single addresses. It returns the InvalidRequest error
// of the field for more than MaxNetworks of them, and for an entry that is not one, or whose address has bits beyond
// its prefix.
func CleanNetworks(field string, list []string) (Networks, error) {
	if len(list) > MaxNetworks {
		return "", InvalidField(field, "List at most %d networks.", MaxNetworks)
	}

	var blocks []string
	for _, text := range list {
		block, err := cleanNetwork(field, text)
		if err != nil {
			return "", err
		}

		blocks = append(blocks, block.String())
	}

	slices.Sort(blocks)

	return Networks(strings.Join(slices.Compact(blocks), " ")), nil
}

func cleanNetwork(field, text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}

	block, err := netip.ParsePrefix(text)
	switch {
	case err != nil || block.Addr().Is4In6():
		return netip.Prefix{}, InvalidField(field, "%q is not a network. Write it like 203.0.113.0/24 or 2001:db8::/32.", text)
	case block != block.Masked():
		return netip.Prefix{}, InvalidField(field, "%q is an address in the network %s. Write the network.", text, block.Masked())
	}

	return block, nil
}

// List returns the networks as CIDR blocks. It never returns nil.
func (n Networks) List() []string { return strings.Fields(string(n)) }

// Allow reports whether a request from the IP address is allowed. Text that is not an address, such as that of a
// request whose address is not known, is in no network.
func (n Networks) Allow(address string) bool {
	if n == "" {
		return true
	}

	from, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}

	from = from.Unmap().WithZone("")
	for _, text := range n.List() {
		if block, err := netip.ParsePrefix(text); err == nil && block.Contains(from) {
			return true
		}
	}

	return false
}
