import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import type { TaskFilter, TasksApi } from "../api/tasks.ts";
import { applyChange, type TaskChange, type TaskPages } from "./task-pages.ts";

/** The first part of the cache key of all tasks. */
export const tasksKey = "tasks";

/** The tasks of one filter, loaded page by page. */
export function useTaskPages(tasks: TasksApi, status: TaskFilter) {
  return useInfiniteQuery({
    queryKey: [tasksKey, status],
    // Without the query's signal, so that a response after a change of filter is still cached.
    queryFn: ({ pageParam }) => tasks.list({ status, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/**
 * Changes a task on the screen at once, then at the API. If the API rejects it, the change is undone. Changes
 * are sent one after another, so that two changes of the same task stay in order.
 */
export function useTaskChange(tasks: TasksApi) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: [tasksKey],
    scope: { id: tasksKey },
    mutationFn: (change: TaskChange) => send(tasks, change),
    // Synchronous, so that the change is rendered before the browser paints. Otherwise a checkbox flickers.
    onMutate(change) {
      queryClient.cancelQueries({ queryKey: [tasksKey] });
      const before = queryClient.getQueriesData<TaskPages>({ queryKey: [tasksKey] });
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
      // Only the last of several changes reloads. An earlier one would undo changes that are still pending.
      if (queryClient.isMutating({ mutationKey: [tasksKey] }) > 1) return;
      await queryClient.invalidateQueries({ queryKey: [tasksKey] });
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
