/** The members of a problem, not checked yet. */
export type ProblemBody = Readonly<
  Partial<Record<"code" | "title" | "detail" | "scope" | "max_age", unknown>>
>;

/**
 * The problems in a body: one for each part of a batch, undefined for a part without one. Reads the errors of
 * tRPC (`error.data.problem`) and of GraphQL over HTTP (`errors[].extensions`).
 */
export function problemsIn(body: unknown, mediaType: string): (ProblemBody | undefined)[] {
  if (mediaType === "application/problem+json") return [withCode(body)];
  return (Array.isArray(body) ? body : [body]).map((part) => trpcProblem(part) ?? graphqlProblem(part));
}

/** A transformer, such as superjson, puts the error into `json`. */
function trpcProblem(part: unknown): ProblemBody | undefined {
  const { error } = membersOf(part);
  return [error, membersOf(error).json]
    .map((shape) => withCode(membersOf(membersOf(shape).data).problem))
    .find((problem) => problem !== undefined);
}

/** `extensions.problem`, or `extensions.code` as of Apollo. Without problem where fields have results. */
function graphqlProblem(part: unknown): ProblemBody | undefined {
  const { errors, data } = membersOf(part);
  if (!Array.isArray(errors) || (data !== undefined && data !== null)) return undefined;
  return errors
    .map((error) => {
      const { extensions, message } = membersOf(error);
      const { problem, code } = membersOf(extensions);
      return withCode(problem) ?? withCode({ code, detail: message });
    })
    .find((problem) => problem !== undefined);
}

function withCode(value: unknown): ProblemBody | undefined {
  const body: ProblemBody = membersOf(value);
  return typeof body.code === "string" && body.code !== "" ? body : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
