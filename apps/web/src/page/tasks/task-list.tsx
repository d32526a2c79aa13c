import { useRef, useState } from "react";
import type { TaskFilter, TasksApi } from "../api/tasks.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailure } from "../ui/load-failure.tsx";
import { Loading } from "../ui/loading.tsx";
import { Notice } from "../ui/notice.tsx";
import { AddTaskForm } from "./add-task-form.tsx";
import { describeChange, describeFailure } from "./change-messages.ts";
import { FilterChoice } from "./filter-choice.tsx";
import { NoTasks } from "./no-tasks.tsx";
import { TaskRow } from "./task-row.tsx";
import { useRowFocus } from "./use-row-focus.ts";
import { useSecondClicks } from "./use-second-clicks.ts";
import { useTaskChange, useTaskPages } from "./use-tasks.ts";

export function TaskList({ tasks: api }: { tasks: TasksApi }) {
  const [filter, setFilter] = useState<TaskFilter>("all");
  const pages = useTaskPages(api, filter);
  const { mutate, ...change } = useTaskChange(api);
  const heading = useRef<HTMLHeadingElement>(null);
  const focus = useRowFocus(() => heading.current);
  const ignoreSecondClick = useSecondClicks();

  const tasks = pages.data?.pages.flatMap((page) => page.tasks);

  /** Moves the focus to the first new task, because the button may disappear. */
  async function loadMore(): Promise<void> {
    const { isSuccess } = await pages.fetchNextPage();
    if (isSuccess) focus.moveTo(tasks?.length ?? 0);
  }

  return (
    <section aria-labelledby="tasks-heading" className="min-w-0">
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h2 id="tasks-heading" ref={heading} tabIndex={-1} className="font-semibold text-lg tracking-tight">
          Your tasks
        </h2>
        <FilterChoice value={filter} onChange={setFilter} />
      </div>
      <AddTaskForm onAdd={(text) => mutate({ kind: "add", text })} />
      <p role="status" className="sr-only">
        {change.isSuccess && describeChange(change.variables)}
      </p>
      <div className="mt-4 grid gap-4">
        {change.error && change.variables && (
          <Notice kind="bad">{describeFailure(change.variables, change.error)}</Notice>
        )}
        {pages.error && (
          <LoadFailure
            title="Your tasks could not be loaded"
            error={pages.error}
            onRetry={() => pages.refetch()}
          />
        )}
        {pages.isPending && <Loading what="Loading your tasks" />}
        {tasks?.length === 0 && <NoTasks filter={filter} />}
        {tasks && tasks.length > 0 && (
          <ul
            {...focus.list}
            onClickCapture={ignoreSecondClick}
            aria-label="Tasks"
            className="divide-y divide-line rounded-2xl border border-line bg-surface"
          >
            {tasks.map((task) => (
              <TaskRow key={task.id} task={task} onChange={mutate} />
            ))}
          </ul>
        )}
        {pages.hasNextPage && (
          <Button className="justify-self-center" isBusy={pages.isFetchingNextPage} onClick={loadMore}>
            {pages.isFetchingNextPage ? "Loading more…" : "Load more"}
          </Button>
        )}
      </div>
    </section>
  );
}
