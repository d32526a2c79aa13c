import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import type { TaskFilter, TasksApi } from "../api/tasks.ts";
import { applyChange, type TaskChange, type TaskPages } from "./task-pages.ts";

const TASKS = "tasks";

/** The tasks of one filter, page after page. */
export function useTaskPages(tasks: TasksApi, status: TaskFilter) {
  return useInfiniteQuery({
    queryKey: [TASKS, status],
    // Without the query's signal: a list that comes after the user went to another filter is kept for the way
    // back.
    queryFn: ({ pageParam }) => tasks.list({ status, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/**
 * Changes a task: at once on the screen, then at the API. When the API refuses, the screen goes back to what
 * it was. Changes are sent one after the other, so that two of the same task cannot overtake each other.
 */
export function useTaskChange(tasks: TasksApi) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: [TASKS],
    scope: { id: TASKS },
    mutationFn: (change: TaskChange) => send(tasks, change),
    // Not async, so that the change is there before the browser paints: a checkbox would else flip back for a
    // moment.
    onMutate(change) {
      queryClient.cancelQueries({ queryKey: [TASKS] });
      const before = queryClient.getQueriesData<TaskPages>({ queryKey: [TASKS] });
      for (const [key, pages] of before) {
        if (pages)
          queryClient.setQueryData(key, applyChange(pages, key[1] as TaskFilter, change, Date.now()));
      }
      return before;
    },
    onError(_error, _change, before) {
      for (const [key, pages] of before ?? []) queryClient.setQueryData(key, pages);
    },
    async onSettled() {
      // The last of several changes fetches what the API holds now; an earlier one would undo what is still
      // on its way.
      if (queryClient.isMutating({ mutationKey: [TASKS] }) > 1) return;
      await queryClient.invalidateQueries({ queryKey: [TASKS] });
    },
  });
}

function send(tasks: TasksApi, change: TaskChange): Promise<unknown> {
  switch (change.kind) {
    case "add":
      return tasks.add(change.text);
    case "complete":
      return tasks.setCompleted(change.task, change.completed);
    case "edit":
      return tasks.replace(change.task, change.text);
    case "delete":
      return tasks.remove(change.task);
  }
}
