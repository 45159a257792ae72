package secret_test

import (
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// rawBytes decodes base62 blocks with big integers: slow, and independent of the code under test.
func rawBytes(text string) []byte {
	var raw []byte
	for len(text) > 0 {
		block := new(big.Int)
		for _, c := range text[:11] {
			block.Mul(block, big.NewInt(62)).Add(block, big.NewInt(int64(strings.IndexRune(alphabet, c))))
		}

		raw, text = append(raw, block.FillBytes(make([]byte, 8))...), text[11:]
	}

	return raw
}

func TestTheFormatIsTheDocumentedOne(t *testing.T) {
	for _, token := range samples(t) {
		text := token.Reveal()
		raw := rawBytes(text[4:])
		body, sum := raw[:len(raw)-4], binary.BigEndian.Uint32(raw[len(raw)-4:])
		if sum != crc32.ChecksumIEEE(append([]byte(text[:4]), body...)) {
			t.Error("the last 4 bytes are not the CRC-32 of the prefix and the bytes before")
		}

		user, _ := token.User().Bytes()
		if string(raw[8:24]) != string(user[:]) {
			t.Error("the user is not in bytes 8 to 24")
		}

		if org, ok := token.Org().Bytes(); ok && string(raw[24:40]) != string(org[:]) {
			t.Error("the organization is not in bytes 24 to 40")
		}
	}
}

// TestABlockHasOneText adds 2^64 to a block: cut to 64 bits it would be the same block, and the checksum right, so that a
// token would have more than one text.
func TestABlockHasOneText(t *testing.T) {
	wrap := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, token := range samples(t) {
		text := token.Reveal()
		for start := 4; start < len(text); start += 11 {
			block := new(big.Int).SetBytes(rawBytes(text[start : start+11]))
			var digits [11]byte
			for i, rest := 10, block.Add(block, wrap); i >= 0; i-- {
				var digit big.Int
				rest.DivMod(rest, big.NewInt(62), &digit)
				digits[i] = alphabet[digit.Int64()]
			}

			if _, ok := secret.Parse(text[:start] + string(digits[:]) + text[start+11:]); ok {
				t.Errorf("taken with the block at %d written as %s", start, digits)
			}
		}
	}
}
