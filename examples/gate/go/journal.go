package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// entry is one change: the task as it is now, or no task if it was deleted.
type entry struct {
	Owner string `json:"owner"`
	ID    string `json:"id"`
	Task  *task  `json:"task,omitempty"`
}

// journal is a file of changes, one per line. A line that was written only in part, because the process was
// killed or the disk was full, is removed. Its change was not acknowledged.
type journal struct {
	file *os.File
	size int64
}

func openJournal(path string, apply func(entry)) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	complete := content[:bytes.LastIndexByte(content, '\n')+1]
	for number, line := range bytes.Split(complete, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var change entry
		if err := json.Unmarshal(line, &change); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, number+1, err)
		}
		apply(change)
	}
	j := &journal{file: file, size: int64(len(complete))}
	return j, j.rewind()
}

// append returns when the change is on disk.
func (j *journal) append(change entry) error {
	line, err := json.Marshal(change)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err = j.file.WriteAt(line, j.size); err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		_ = j.rewind()
		return err
	}
	j.size += int64(len(line))
	return nil
}

// rewind removes what is behind the last complete line.
func (j *journal) rewind() error { return j.file.Truncate(j.size) }

func (j *journal) close() { _ = j.file.Close() }
