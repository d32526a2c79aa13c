// Command todo serves a todo API on loopback. It knows nothing of signing in: the gate in front of it does that.
//
// PORT (8000) is where it listens, DATA_DIR (.data) the folder of its file.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "todo:", err)
		os.Exit(1)
	}
}

func run() error {
	store, err := openStore(filepath.Join(setting("DATA_DIR", ".data"), "todo-go", "tasks.jsonl"))
	if err != nil {
		return err
	}
	defer store.close()

	server := &http.Server{
		Handler:           routes(store),
		ReadHeaderTimeout: 10 * time.Second,
		// The gate keeps its connections, so this end must not close them first.
		IdleTimeout: 10 * time.Minute,
	}
	// Never another address: who reaches this API without the gate may read and change everything.
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", setting("PORT", "8000")))
	if err != nil {
		return err
	}
	log.Printf("todo listening on http://%s", listener.Addr())

	stopping, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-stopping.Done():
	}
	// Requests that have begun are answered.
	deadline, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
