package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// sessionAt returns a session created at a time. Its ID comes from a number.
func sessionAt(n int, created time.Time) identity.Session {
	return identity.Session{
		ID:        identity.SessionID(fmt.Sprintf("ses_%011d", n)),
		CreatedAt: created,
		Lease:     identity.SessionTerms.Grant(created),
	}
}

// TestASignInLeavesRoomForOneSessionAndKeepsTheNewest draws sessions of any age and checks what a further sign-in does.
func TestASignInLeavesRoomForOneSessionAndKeepsTheNewest(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var sessions []identity.Session
		for i, minutes := range rapid.SliceOfN(rapid.IntRange(0, 180), 0, 120).Draw(t, "ages in minutes") {
			sessions = append(sessions, sessionAt(i, now.Add(-time.Duration(minutes)*time.Minute)))
		}

		ended, evicted := identity.MakeRoom(sessions, now)
		kept := slices.DeleteFunc(slices.Clone(sessions), func(s identity.Session) bool {
			return slices.Contains(ended, s) || slices.Contains(evicted, s)
		})

		if len(kept)+len(ended)+len(evicted) != len(sessions) {
			t.Fatalf("of %d sessions, %d are kept, %d have ended and %d are evicted", len(sessions), len(kept), len(ended), len(evicted))
		}

		if len(kept) >= identity.MaxSessions || len(evicted) > 0 && len(kept) != identity.MaxSessions-1 {
			t.Fatalf("%d sessions are kept and %d evicted", len(kept), len(evicted))
		}

		for _, s := range ended {
			if s.Admit(now) == nil {
				t.Fatalf("a live session counts as ended: %+v", s)
			}
		}

		for _, old := range evicted {
			for _, s := range kept {
				if s.CreatedAt.Before(old.CreatedAt) {
					t.Fatalf("a session of %s is evicted and one of %s is kept", old.CreatedAt, s.CreatedAt)
				}
			}
		}
	})
}

func TestALogoutEndsTheSessionsThatItNames(t *testing.T) {
	t.Parallel()
	const issuer = "https://issuer.example"
	session := func(subject, sid string) identity.Session {
		s := identity.Session{AtProvider: identity.ProviderSession(issuer, sid)}
		if subject != "" {
			s.Subject = identity.Digest(issuer, subject)
		}

		return s
	}

	for _, c := range []struct {
		name         string
		subject, sid string
		session      identity.Session
		ends         bool
	}{
		{"the subject", "ada", "", session("ada", "1"), true},
		{"the subject, without a known session there", "ada", "", session("ada", ""), true},
		{"another subject of the same person", "ada", "", session("old", "1"), false},
		{"a session of an earlier version", "ada", "", session("", ""), true},
		{"the session there", "ada", "1", session("ada", "1"), true},
		{"another session there", "ada", "1", session("ada", "2"), false},
		{"the session there, without a subject", "", "1", session("ada", "1"), true},
		{"a session there that is not known", "ada", "1", session("ada", ""), true},
		{"a session there that is not known, of another subject", "ada", "1", session("old", ""), false},
		{"a session there that is not known, without a subject", "", "1", session("ada", ""), false},
	} {
		logout := identity.Logout{Issuer: issuer, Subject: c.subject, SID: c.sid}
		if got := logout.Ends(c.session); got != c.ends {
			t.Errorf("%s: ends %v, want %v", c.name, got, c.ends)
		}

		logout.Issuer = "https://other.example"
		if got := logout.Ends(c.session); got && c.session.Subject+c.session.AtProvider != "" {
			t.Errorf("%s: ends at another issuer, want not", c.name)
		}
	}
}

func TestAClientIsNamedInAShortForm(t *testing.T) {
	t.Parallel()
	for userAgent, want := range map[string]string{
		"": "",
		"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15":                   "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1": "Safari on iOS",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36":                   "Chrome on Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0":           "Opera on Windows",
		"curl/8.5.0":                   "curl/8.5.0",
		"python-requests/2.32.3 extra": "python-requests/2.32.3",
		"Firefox/130.0":                "Firefox",
		"<img src=x>":                  "",
		"\u202emoc.live":               "",
		strings.Repeat("x", 61):        "",
	} {
		if got := identity.ClientName(userAgent); got != want {
			t.Errorf("%q: got %q, want %q", userAgent, got, want)
		}
	}
}

// FuzzClientName checks that no User-Agent makes a name that is long or that holds anything but plain characters.
func FuzzClientName(f *testing.F) {
	f.Add("curl/8.5.0")
	f.Add("Firefox/<b>")
	f.Fuzz(func(t *testing.T, userAgent string) {
		name := identity.ClientName(userAgent)
		if len(name) > 60 || strings.Trim(name, identity.Base62+" ._-+/") != "" {
			t.Errorf("%q is named %q", userAgent, name)
		}
	})
}

func TestASessionIDIsParsedStrictly(t *testing.T) {
	t.Parallel()
	var id identity.SessionID
	if err := id.UnmarshalText([]byte("ses_05McJmDgrvc")); err != nil || id != "ses_05McJmDgrvc" {
		t.Errorf("got %q, %v", id, err)
	}

	for _, text := range []string{"", "ses_", "ses_05McJmDgrv", "ses_05McJmDgrvcc", "tok_05McJmDgrvc", "ses_05McJmDgrv#"} {
		if err := id.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is parsed as a session ID", text)
		}
	}
}
