package secret_test

import (
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"strings"
	"testing"
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
