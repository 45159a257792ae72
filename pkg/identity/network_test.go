package identity_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestNetworksAreStoredInOneForm(t *testing.T) {
	got, err := identity.CleanNetworks("networks", []string{"2001:DB8::/32", "203.0.113.7", "10.0.0.0/8", "::1", "::ffff:192.0.2.1", "10.0.0.0/8"})
	if want := []string{"10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32", "203.0.113.7/32", "::1/128"}; err != nil || !slices.Equal(got.List(), want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}

	for _, none := range [][]string{nil, {}} {
		if got, err := identity.CleanNetworks("networks", none); err != nil || got != "" || got.List() == nil {
			t.Errorf("%v is %q, %v", none, got, err)
		}
	}

	if _, err := identity.CleanNetworks("networks", slices.Repeat([]string{"10.0.0.0/8"}, identity.MaxNetworks+1)); !isProblem(err, identity.InvalidRequest) {
		t.Errorf("too many: %v", err)
	}

	for text, want := range map[string]string{
		"10.0.0.1/8":          "Write the network.",
		"2001:db8::1/32":      "Write the network.",
		"10.0.0.0/33":         "is not a network",
		"10.0.0/8":            "is not a network",
		"010.0.0.0/8":         "is not a network",
		"fe80::1%eth0":        "is not a network",
		"::ffff:10.0.0.0/104": "is not a network",
		"example.com":         "is not a network",
		"":                    "is not a network",
		"10.0.0.0/8 ::/0":     "is not a network",
		"10.0.0.0/8\n":        "is not a network",
	} {
		if got, err := identity.CleanNetworks("networks", []string{text}); !isProblem(err, identity.InvalidRequest) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestAnAddressIsInItsNetworks(t *testing.T) {
	for _, c := range []struct {
		networks identity.Networks
		address  string
		want     bool
	}{
		{"", "", true},
		{"", "nonsense", true},
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"10.0.0.0/8", "", false},
		{"10.0.0.0/8", "10.1.2.3:443", false},
		{"10.0.0.0/8", "10.1.2.3, 10.1.2.4", false},
		{"2001:db8::/32 10.0.0.0/8", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::1", false},
		{"fe80::/10", "fe80::1%eth0", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"a rule of a newer version", "10.1.2.3", false},
	} {
		if got := c.networks.Allow(c.address); got != c.want {
			t.Errorf("%q from %q: %v, want %v", c.networks, c.address, got, c.want)
		}
	}
}

// TestNetworksAgreeWithTheOtherLibrary compares the answer for any networks and address with that of package net.
func TestNetworksAgreeWithTheOtherLibrary(t *testing.T) {
	byte4, byte16 := rapid.SliceOfN(rapid.Byte(), 4, 4), rapid.SliceOfN(rapid.Byte(), 16, 16)
	rapid.Check(t, func(rt *rapid.T) {
		address := net.IP(rapid.OneOf(byte4, byte16).Draw(rt, "address"))
		var list []string
		want := false

		for range rapid.IntRange(1, 5).Draw(rt, "networks") {
			ip := net.IP(rapid.OneOf(byte4, byte16, rapid.Just([]byte(address))).Draw(rt, "network"))
			if len(ip) == 16 && ip.To4() != nil {
				continue // IPv4 in IPv6 is not accepted
			}

			mask := net.CIDRMask(rapid.IntRange(0, len(ip)*8).Draw(rt, "bits"), len(ip)*8)
			block := net.IPNet{IP: ip.Mask(mask), Mask: mask}
			if len(ip) == 16 && block.IP.To4() != nil {
				continue
			}

			list = append(list, block.String())
			want = want || block.Contains(address)
		}

		networks, err := identity.CleanNetworks("networks", list)
		if err != nil {
			rt.Fatal(err)
		}

		if got := networks.Allow(address.String()); len(list) > 0 && got != want {
			rt.Fatalf("%q from %s: %v, want %v", networks, address, got, want)
		}
	})
}
