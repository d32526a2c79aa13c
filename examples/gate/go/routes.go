package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"net/url"
	"strconv"
)

// The gate asks for it, and takes its rules from it.
//
//go:embed openapi.yaml
var document []byte

// routes has nothing about users. Rows belong to {user_id}, and the gate lets a user use only paths with
// their own id.
func routes(store *store) http.Handler {
	api := api{store}
	mux := http.NewServeMux()
	// Not in the document: they are no part of the API. usher.gate.yaml makes them public.
	mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "live"})
	})
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ready"})
	})
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("GET /api/{user_id}/tasks", api.list)
	mux.HandleFunc("POST /api/{user_id}/tasks", api.create)
	mux.HandleFunc("GET /api/{user_id}/tasks/{task_id}", api.read)
	mux.HandleFunc("PUT /api/{user_id}/tasks/{task_id}", api.replace)
	mux.HandleFunc("PATCH /api/{user_id}/tasks/{task_id}/complete", api.complete)
	mux.HandleFunc("DELETE /api/{user_id}/tasks/{task_id}", api.remove)
	return withProblems(mux)
}

type api struct{ store *store }

// page is one page of a list, newest first.
type page struct {
	Tasks      []task  `json:"tasks"`
	NextCursor *string `json:"nextCursor"`
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	filter, ok := readFilter(r.URL.Query())
	if !ok {
		problem(w, http.StatusUnprocessableEntity)
		return
	}
	answer(w, http.StatusOK, a.store.page(r.PathValue("user_id"), filter))
}

func (a api) create(w http.ResponseWriter, r *http.Request) {
	var body text
	if !readBody(w, r, &body) {
		return
	}
	owner := r.PathValue("user_id")
	created, err := a.store.create(owner, body.Title, body.Notes)
	if err != nil {
		a.unavailable(w, err)
		return
	}
	log.Printf("user %q created task %s", caller(r), created.ID)
	w.Header().Set("Location", "/api/"+url.PathEscape(owner)+"/tasks/"+created.ID)
	answer(w, http.StatusCreated, created)
}

func (a api) read(w http.ResponseWriter, r *http.Request) {
	found, err := a.store.find(r.PathValue("user_id"), r.PathValue("task_id"))
	a.answerTask(w, found, err)
}

func (a api) replace(w http.ResponseWriter, r *http.Request) {
	var body replacement
	if !readBody(w, r, &body) {
		return
	}
	changed, err := a.store.change(r.PathValue("user_id"), r.PathValue("task_id"), func(t *task) {
		t.Title, t.Notes, t.Completed = body.Title, body.Notes, body.Completed
	})
	a.answerTask(w, changed, err)
}

func (a api) complete(w http.ResponseWriter, r *http.Request) {
	// No body at all means the same as an empty object.
	body := completion{Completed: true}
	if r.ContentLength != 0 && !readBody(w, r, &body) {
		return
	}
	changed, err := a.store.change(r.PathValue("user_id"), r.PathValue("task_id"), func(t *task) {
		t.Completed = body.Completed
	})
	a.answerTask(w, changed, err)
}

func (a api) remove(w http.ResponseWriter, r *http.Request) {
	if err := a.store.remove(r.PathValue("user_id"), r.PathValue("task_id")); err != nil {
		a.answerTask(w, task{}, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a api) answerTask(w http.ResponseWriter, found task, err error) {
	switch {
	case err == nil:
		answer(w, http.StatusOK, found)
	case errors.Is(err, errNoTask):
		// Another user's task too: it is not among the rows of the user in the path.
		problem(w, http.StatusNotFound)
	default:
		a.unavailable(w, err)
	}
}

func (a api) unavailable(w http.ResponseWriter, err error) {
	log.Printf("the file of tasks cannot be written: %v", err)
	w.Header().Set("Retry-After", "5")
	problem(w, http.StatusServiceUnavailable)
}

// readFilter is false for a query that does not fit the document.
func readFilter(query url.Values) (filter, bool) {
	found := filter{status: "all", limit: 50, after: query.Get("cursor")}
	if status := query.Get("status"); query.Has("status") {
		found.status = status
	}
	if query.Has("limit") {
		limit, err := strconv.Atoi(query.Get("limit"))
		if err != nil {
			return found, false
		}
		found.limit = limit
	}
	isStatus := found.status == "all" || found.status == "open" || found.status == "done"
	isCursor := !query.Has("cursor") || isCursor(found.after)
	return found, isStatus && isCursor && 1 <= found.limit && found.limit <= 100
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
