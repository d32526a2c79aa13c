-- ENABLE alone would let the owner of the table, who is the user that the API connects as, see every row.
ALTER TABLE "tasks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO usher_api;
--> statement-breakpoint
-- The least that requests need. An update can change neither whose a task is, nor which one, nor when it was made.
GRANT SELECT, INSERT, DELETE ON TABLE "tasks" TO usher_api;
--> statement-breakpoint
GRANT UPDATE ("title", "notes", "completed", "updated_at") ON TABLE "tasks" TO usher_api;
