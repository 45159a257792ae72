package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// service is the name of the sessions in the system's keyring. Their user is the address of the API.
const service = "leasehold"

// store is what is kept between runs. It is a file that only its owner can read. Secrets are in the system's keyring,
// and in the file only if there is no keyring.
type store struct {
	// URL is where the user signed in last.
	URL string `json:"url,omitempty"`

	// Secrets has secrets by the address of their API.
	Secrets map[string]string `json:"secrets,omitempty"`

	file    string
	keyring bool
}

// open reads the store. It returns an empty store if nothing was saved.
func (a *app) open() (*store, error) {
	dir := a.getenv("LEASEHOLD_CONFIG")
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return nil, misused("set LEASEHOLD_CONFIG to a directory for the session: %v", err)
		}

		dir = filepath.Join(base, "leasehold")
	}

	s := &store{file: filepath.Join(dir, "session.json"), keyring: a.getenv("LEASEHOLD_KEYRING") != "off"}
	info, err := os.Stat(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}

	if err != nil {
		return nil, fmt.Errorf("read the saved session: %w", err)
	}

	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, misused("other users can read %s: run chmod 600 on it, and sign in again", s.file)
	}

	text, err := os.ReadFile(s.file)
	if err != nil {
		return nil, fmt.Errorf("read the saved session: %w", err)
	}

	if err := json.Unmarshal(text, s); err != nil {
		return nil, misused("%s is damaged: delete it and sign in again", s.file)
	}

	return s, nil
}

// secret returns the secret of the session at an address, or errSignedOut.
func (s *store) secret(address string) (client.Secret, error) {
	if text := s.Secrets[address]; text != "" {
		return client.NewSecret(text), nil
	}

	if s.keyring {
		if text, err := keyring.Get(service, address); err == nil {
			return client.NewSecret(text), nil
		}
	}

	return client.Secret{}, errSignedOut
}

// save keeps the secret of the session at an address. where says in words where it is.
func (s *store) save(address string, secret client.Secret) (where string, err error) {
	s.URL, where = address, "the system's keyring"
	delete(s.Secrets, address)

	if !s.keyring || keyring.Set(service, address, secret.Reveal()) != nil {
		where = s.file
		if s.Secrets == nil {
			s.Secrets = map[string]string{}
		}

		s.Secrets[address] = secret.Reveal()
	}

	return where, s.write()
}

// forget deletes the secret of the session at an address.
func (s *store) forget(address string) error {
	delete(s.Secrets, address)

	if s.keyring {
		_ = keyring.Delete(service, address) // an absent keyring holds nothing
	}

	return s.write()
}

// write replaces the file. Only the owner can read it, also while it is written.
func (s *store) write() error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode the session: %w", err)
	}

	dir := filepath.Dir(s.file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create the directory of the session: %w", err)
	}

	file, err := os.CreateTemp(dir, "session-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("save the session: %w", err)
	}

	_, err = file.Write(text)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), s.file)
	}

	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("save the session: %w", err)
	}

	return nil
}
