-- The owner is who the transaction has proven to run for, and no longer who a setting names. migrateRows, which runs
-- before, creates usher.user_id().
ALTER TABLE "tasks" ALTER COLUMN "owner_id" SET DEFAULT usher.user_id();
--> statement-breakpoint
ALTER POLICY "tasks_owner" ON "tasks" TO "usher_api" USING ("tasks"."owner_id" = (select usher.user_id())) WITH CHECK ("tasks"."owner_id" = (select usher.user_id()));
