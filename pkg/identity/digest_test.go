package identity_test

import (
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestDigestIsWhatIsStored: a digest that changes loses the items whose keys hold it.
func TestDigestIsWhatIsStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{"ab", "c"}, "430fb1b4ac43316eca81fab27a1930ab8eff8fef6a1dc7903dce44bbc2790dc5"},
		{[]string{"a", "bc"}, "5310a58788781ab25d5ad7c3f85035824b4eb7bdfa394e0ac2186271472b5492"},
		{[]string{"abc"}, "aab5f9ae99b2e38fb462025c8f72f570c9c811705d2a4277dc855d7fa293fe97"},
	} {
		if got := identity.Digest(c.parts...); got != c.want {
			t.Errorf("Digest(%q) is %s, not %s", c.parts, got, c.want)
		}
	}
}
