package command

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// browse opens the address in its argument as a browser would, with a person who is signed in at the issuer.
func browse() {
	if err := open(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(address string) error {
	start, err := url.Parse(address)
	if err != nil {
		return err
	}

	query := start.Query()
	if os.Getenv("BROWSER_FORGES") != "" {
		status, _, err := get(query.Get("redirect_uri") + "?code=stolen&state=guessed")
		if err != nil || status != http.StatusBadRequest {
			return fmt.Errorf("the forged answer got %d, %w", status, err)
		}
	}

	query.Set("prompt", "none")
	query.Set("login_hint", os.Getenv("BROWSER_AS"))
	start.RawQuery = query.Encode()

	_, page, err := get(start.String())
	if err != nil {
		return err
	}

	return os.WriteFile(os.Getenv("BROWSER_PAGE"), page, 0o600)
}

func get(address string) (status int, page []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}

	defer func() { _ = response.Body.Close() }()

	page, err = io.ReadAll(response.Body)
	return response.StatusCode, page, err
}
