package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"
)

var errNoTask = errors.New("no such task")

// task is a task as clients see it, without its owner, who is in the path.
type task struct {
	ID        string  `json:"id"`
	Title     string  `json:"title"`
	Notes     *string `json:"notes"`
	Completed bool    `json:"completed"`
	// RFC 3339 in UTC, to the microsecond, so that texts sort as times do.
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

// position is the place of a task in a list, and the cursor of the page that begins after it.
func (t task) position() string { return t.CreatedAt + "_" + t.ID }

var cursorForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_[0-9a-f-]{36}$`)

func isCursor(text string) bool { return cursorForm.MatchString(text) }

// filter says which tasks are in a page.
type filter struct {
	status string
	limit  int
	// A cursor, or empty: from the newest one.
	after string
}

func (f filter) has(t task) bool {
	isWanted := f.status == "all" || t.Completed == (f.status == "done")
	return isWanted && (f.after == "" || t.position() < f.after)
}

// store has the tasks of all users in memory, and each change in a file before it is visible. It is safe for
// concurrent use, by one process. Every method has the owner, so that no handler can forget it.
type store struct {
	mutex   sync.RWMutex
	journal *journal
	owners  map[string]map[string]task
}

// openStore reads the file, which is created if it is missing.
func openStore(path string) (*store, error) {
	s := &store{owners: map[string]map[string]task{}}
	journal, err := openJournal(path, s.apply)
	s.journal = journal
	return s, err
}

func (s *store) close() { s.journal.close() }

func (s *store) page(owner string, wanted filter) page {
	s.mutex.RLock()
	found := []task{}
	for _, t := range s.owners[owner] {
		if wanted.has(t) {
			found = append(found, t)
		}
	}
	s.mutex.RUnlock()

	slices.SortFunc(found, func(a, b task) int { return cmp.Compare(b.position(), a.position()) })
	if len(found) <= wanted.limit {
		return page{Tasks: found}
	}
	found = found[:wanted.limit]
	next := found[len(found)-1].position()
	return page{Tasks: found, NextCursor: &next}
}

func (s *store) find(owner, id string) (task, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	found, ok := s.owners[owner][id]
	if !ok {
		return task{}, errNoTask
	}
	return found, nil
}

func (s *store) create(owner, title string, notes *string) (task, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	created := task{ID: newID(), Title: title, Notes: notes, CreatedAt: now(), UpdatedAt: now()}
	return created, s.record(entry{Owner: owner, ID: created.ID, Task: &created})
}

func (s *store) change(owner, id string, change func(*task)) (task, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	changed, ok := s.owners[owner][id]
	if !ok {
		return task{}, errNoTask
	}
	change(&changed)
	changed.UpdatedAt = now()
	return changed, s.record(entry{Owner: owner, ID: id, Task: &changed})
}

func (s *store) remove(owner, id string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, ok := s.owners[owner][id]; !ok {
		return errNoTask
	}
	return s.record(entry{Owner: owner, ID: id})
}

// record writes a change, and applies it once it is on disk.
func (s *store) record(change entry) error {
	if err := s.journal.append(change); err != nil {
		return err
	}
	s.apply(change)
	return nil
}

func (s *store) apply(change entry) {
	if change.Task == nil {
		delete(s.owners[change.Owner], change.ID)
		return
	}
	if s.owners[change.Owner] == nil {
		s.owners[change.Owner] = map[string]task{}
	}
	s.owners[change.Owner][change.ID] = *change.Task
}

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000000Z") }

// newID is a random UUID (version 4).
func newID() string {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		panic(err) // the system has no random numbers
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:])
}
