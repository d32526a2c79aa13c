package main

import (
	"net/http"
	"net/url"
)

// caller is the id of the user who is calling. The gate has checked it, and replaces whatever a client sends
// under this name. It is empty without the gate, and for an OAuth client that acts for itself.
//
// This API only writes it to its log. Where no path names the user (GET /me), take this.
//
// To verify once more, as you would without the gate: the Authorization header arrives too. Verify its token
// with a JWT library against the key set of Better Auth, and compare its subject with this id.
func caller(r *http.Request) string {
	user, err := url.PathUnescape(r.Header.Get("X-Usher-User"))
	if err != nil {
		return ""
	}
	return user
}
