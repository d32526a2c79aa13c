package main

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

const largestBody = 64 * 1024

// text is the body for a new task.
type text struct {
	Title string  `json:"title"`
	Notes *string `json:"notes"`
}

// replacement is the body that replaces a task. A missing field gets its default, not its previous value.
type replacement struct {
	text
	Completed bool `json:"completed"`
}

// completion is the body that completes a task, or opens it again.
type completion struct {
	Completed bool `json:"completed"`
}

func (t *text) isValid() bool {
	length := utf8.RuneCountInString(t.Title)
	t.Title = strings.TrimSpace(t.Title)
	return length <= 200 && t.Title != "" && (t.Notes == nil || utf8.RuneCountInString(*t.Notes) <= 2000)
}

func (completion) isValid() bool { return true }

// readBody answers with a problem, and returns false, if the body is not valid JSON of that form. Unknown
// fields are errors, not ignored.
func readBody(w http.ResponseWriter, r *http.Request, into interface{ isValid() bool }) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		problem(w, http.StatusUnsupportedMediaType)
		return false
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		status := http.StatusUnprocessableEntity
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		problem(w, status)
		return false
	}
	if _, err := decoder.Token(); err != io.EOF || !into.isValid() {
		problem(w, http.StatusUnprocessableEntity)
		return false
	}
	return true
}
