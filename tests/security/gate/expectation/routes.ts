/** What a path is, by one reading. */
export type Place =
  | { readonly kind: "public" | "denied" | "unknown" }
  /** Needs a token. `user`, `organization`: whose it must be. */
  | { readonly kind: "guarded"; readonly user?: string; readonly organization?: string };

/** The routes of the recorded backend. Its OpenAPI document is the gate's source; this table is the test's. */
export function placeOf(segments: readonly string[]): Place {
  // Many routers ignore empty segments and the case of literals.
  const [first = "", second, ...rest] = segments.filter((segment) => segment !== "");
  switch (first.toLowerCase()) {
    case "public":
      return second === undefined || second.toLowerCase() === "echo"
        ? { kind: "public" }
        : { kind: "unknown" };
    case "api":
    case "files":
      return second === undefined ? { kind: "unknown" } : { kind: "guarded", user: second };
    case "orgs":
      return second === undefined ? { kind: "unknown" } : { kind: "guarded", organization: second };
    case "reports":
      return second === undefined && rest.length === 0 ? { kind: "guarded" } : { kind: "unknown" };
    case "admin":
      return { kind: "denied" };
    default:
      return { kind: "unknown" };
  }
}

/** The methods that the backend has, by the first segment. */
export const methods: Readonly<Record<string, readonly string[]>> = {
  public: ["GET", "HEAD", "POST"],
  api: ["GET", "HEAD", "POST", "PUT", "DELETE"],
  files: ["GET", "HEAD", "PUT"],
  orgs: ["GET", "HEAD"],
  reports: ["GET", "HEAD"],
};
