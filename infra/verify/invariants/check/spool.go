package check

import (
	"bufio"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"strings"
)

// A fact is what one item says about a subject, such as that an organization has a member. All facts about one subject
// are in the same bucket of the spool, so that a check needs the memory of one bucket at a time.
type fact struct {
	about  about
	id     string
	what   string
	detail []string
}

// about is the kind of a fact's subject.
type about string

// The kinds of subjects.
const (
	aboutOrganization about = "organization"
	aboutMember       about = "member"   // organization/user
	aboutSolution     about = "solution" // organization/solution
	aboutToken        about = "token"
	aboutSession      about = "session"
	aboutAddress      about = "address"  // digest
	aboutIdentity     about = "identity" // digest
	aboutOffer        about = "offer"    // organization/digest
	aboutQuota        about = "quota"    // ID/day
	aboutUser         about = "user"
)

const (
	// buckets is the number of parts of a round.
	buckets = 256
	// memory is the usual Options.Memory.
	memory = 64 << 20
)

// spool holds the facts of a check in buckets: in memory while they are few, and in temporary files from then on. Facts
// hold IDs, digests and numbers, and no personal data.
type spool struct {
	dir   string // "" while everything is in memory
	most  int    // the most bytes to keep in memory
	held  int
	parts [buckets]part
}

type part struct {
	text strings.Builder
	file *os.File
}

// add stores a fact.
func (s *spool) add(f fact) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(f.about))
	_, _ = h.Write([]byte(f.id))
	text := &s.parts[h.Sum32()%buckets].text

	before := text.Len()
	writeField(text, string(f.about))
	writeField(text, f.id)
	writeField(text, f.what)
	for _, d := range f.detail {
		writeField(text, d)
	}

	text.WriteByte('\n')
	if s.held += text.Len() - before; s.held < s.most {
		return nil
	}

	return s.spill()
}

// writeField writes a field and its end. A damaged key must not become two fields.
func writeField(to *strings.Builder, field string) {
	if strings.ContainsAny(field, "\t\n") {
		field = strings.NewReplacer("\t", "\uFFFD", "\n", "\uFFFD").Replace(field)
	}

	to.WriteString(field)
	to.WriteByte('\t')
}

// spill writes what is in memory to files.
func (s *spool) spill() (err error) {
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "leasehold-invariants-"); err != nil {
			return fmt.Errorf("create a directory for the facts: %w", err)
		}
	}

	for i := range s.parts {
		p := &s.parts[i]
		if p.file == nil {
			if p.file, err = os.Create(fmt.Sprintf("%s/%d", s.dir, i)); err != nil {
				return fmt.Errorf("create a file for the facts: %w", err)
			}
		}

		if _, err := io.WriteString(p.file, p.text.String()); err != nil {
			return fmt.Errorf("write the facts: %w", err)
		}

		p.text.Reset()
	}

	s.held = 0
	return nil
}

// each calls do with the facts of one bucket.
func (s *spool) each(bucket int, do func(fact)) error {
	p := &s.parts[bucket]
	readers := []io.Reader{strings.NewReader(p.text.String())}
	if p.file != nil {
		if _, err := p.file.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read the facts: %w", err)
		}

		readers = append([]io.Reader{p.file}, readers...)
	}

	lines := bufio.NewScanner(io.MultiReader(readers...))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		do(fact{
			about:  about(fields[0]),
			id:     fields[1],
			what:   fields[2],
			detail: fields[3 : len(fields)-1],
		})
	}

	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the facts: %w", err)
	}

	return nil
}

// close removes the files.
func (s *spool) close() error {
	var failed error
	for i := range s.parts {
		if file := s.parts[i].file; file != nil {
			failed = errors.Join(failed, file.Close())
		}
	}

	if s.dir == "" {
		return failed
	}

	return errors.Join(failed, os.RemoveAll(s.dir))
}
