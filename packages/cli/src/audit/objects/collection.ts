import type { Method, Operation } from "../../openapi/operation.ts";
import { parameterInPath } from "../../openapi/operation.ts";

/**
 * The operations on the collection of a path parameter: those of `/tasks` for the `taskId` of
 * `/tasks/{taskId}`.
 */
export interface Collection {
  /** Lists the objects. */
  readonly reader: Operation | undefined;
  /** Creates an object. */
  readonly creator: Operation | undefined;
}

/** The path before the parameter, or one with the same last segment, such as `/users/{userId}/tasks`. */
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

/** The operation that deletes what `creator` creates, and its parameter for the id. */
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

/** The operation that reads what this one changes. */
export function readerOf(changer: Operation, operations: readonly Operation[]): Operation | undefined {
  return operations.find(({ method, path }) => method === "GET" && path === changer.path);
}

function withoutNames(path: string): string {
  return path.replaceAll(parameterInPath, "{}").replace(/\/$/, "");
}
