import type { Method, Operation } from "../document/operation.ts";
import { parameterInPath } from "../document/operation.ts";

/**
 * The operations around the things that a parameter of a path names: `/tasks` for the `taskId` of
 * `/tasks/{taskId}`.
 */
export interface Collection {
  /** Lists them. */
  readonly reader: Operation | undefined;
  /** Adds one. */
  readonly creator: Operation | undefined;
}

/** At the path before the parameter; else at one that ends alike, as `/users/{userId}/tasks` does. */
export function collectionOf(parameter: string, path: string, operations: readonly Operation[]): Collection {
  const segments = path.split("/");
  const before = segments.slice(0, segments.indexOf(`{${parameter}}`));
  const word = before.at(-1);
  const isWord = word !== "" && !word?.startsWith("{");
  const find = (method: Method) => {
    const candidates = operations.filter((operation) => operation.method === method);
    return (
      candidates.find((operation) => withoutNames(operation.path) === withoutNames(before.join("/"))) ??
      candidates.find((operation) => isWord && operation.path.split("/").at(-1) === word)
    );
  };
  return { reader: find("GET"), creator: find("POST") };
}

/** The operation that deletes what `creator` adds, and the parameter of it that takes the id. */
export function removerOf(
  creator: Operation,
  operations: readonly Operation[],
): { operation: Operation; parameter: string } | undefined {
  for (const operation of operations) {
    const segments = operation.path.split("/");
    const parameter = /^\{([^{}]+)\}$/.exec(segments.pop() ?? "")?.[1];
    const before = segments.join("/");
    if (operation.method !== "DELETE" || parameter === undefined) continue;
    if (
      withoutNames(before) === withoutNames(creator.path) ||
      collectionOf(parameter, operation.path, operations).creator === creator
    ) {
      return { operation, parameter };
    }
  }
  return undefined;
}

/** The operation that reads what this one changes, if there is one. */
export function readerOf(changer: Operation, operations: readonly Operation[]): Operation | undefined {
  return operations.find(({ method, path }) => method === "GET" && path === changer.path);
}

function withoutNames(path: string): string {
  return path.replaceAll(parameterInPath, "{}").replace(/\/$/, "");
}
