package main

import (
	"encoding/json"
	"net/http"
	"strings"
)

var problems = map[int][2]string{
	http.StatusNotFound:              {"not_found", "There is nothing here."},
	http.StatusMethodNotAllowed:      {"method_not_allowed", "This endpoint does not support the method."},
	http.StatusRequestEntityTooLarge: {"payload_too_large", "The request's body is too large."},
	http.StatusUnsupportedMediaType:  {"unsupported_media_type", "The request's body is of a type that is not supported."},
	http.StatusUnprocessableEntity:   {"unprocessable_content", "The request cannot be processed."},
	http.StatusInternalServerError:   {"internal_error", "Something went wrong on our side."},
	http.StatusServiceUnavailable:    {"service_unavailable", "The service cannot answer at the moment."},
}

// problem answers with a problem body (RFC 9457), in the form of the gate's.
func problem(w http.ResponseWriter, status int) {
	code, detail := "http_error", "The request failed."
	if known, ok := problems[status]; ok {
		code, detail = known[0], known[1]
	}
	words := strings.ReplaceAll(code, "_", " ")
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type":   "about:blank",
		"title":  strings.ToUpper(words[:1]) + words[1:],
		"status": status,
		"code":   code,
		"detail": detail,
	})
}

// withProblems answers unknown paths and methods with a problem body too. The mux would answer with text.
func withProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(&unmatched{ResponseWriter: w}, r)
	})
}

// unmatched keeps the mux's status and its Allow header, and replaces its body.
type unmatched struct{ http.ResponseWriter }

func (u *unmatched) WriteHeader(status int) {
	if status < 400 {
		u.ResponseWriter.WriteHeader(status) // a redirect to the clean path
		return
	}
	problem(u.ResponseWriter, status)
}

func (u *unmatched) Write(text []byte) (int, error) { return len(text), nil }
