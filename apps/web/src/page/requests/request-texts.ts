/** A request that the page offers to send. */
export type OfferedRequest<Kind extends string = string> = {
  kind: Kind;
  label: string;
  /** What is special about it. */
  hint: string;
};

/** The kinds of requests of a signed-in user. */
export type RequestKind =
  | "valid"
  | "none"
  | "other-user"
  | "tampered"
  | "expired"
  | "other-audience"
  | "session"
  | "two-headers";

const everywhere: OfferedRequest<RequestKind>[] = [
  { kind: "valid", label: "With the token", hint: "Your token, your path" },
  { kind: "none", label: "Without a token", hint: "No Authorization header" },
  { kind: "other-user", label: "Another user's path", hint: "A path that is not yours" },
  { kind: "tampered", label: "Tampered signature", hint: "One character changed" },
];

const inDevelopment: OfferedRequest<RequestKind>[] = [
  { kind: "expired", label: "Expired token", hint: "Yours, and its time is over" },
  { kind: "other-audience", label: "Token for another API", hint: "Same issuer, another audience" },
  { kind: "session", label: "Session token", hint: "Better Auth's, sent by mistake" },
  {
    kind: "two-headers",
    label: "Two Authorization headers",
    hint: "Yours, and another user's",
  },
];

/**
 * The requests in the order in which the page shows them.
 *
 * @param local - the web server helps, in development
 * @param secondUser - whose path "another user's path" is, if there is a second user
 */
export function offeredRequests(
  local: boolean,
  secondUser: { name: string; tasks: number } | undefined,
): OfferedRequest<RequestKind>[] {
  const offered = local ? [...everywhere, ...inDevelopment] : everywhere;
  if (secondUser === undefined) return offered;
  const hint = `${secondUser.name}'s, with ${secondUser.tasks} tasks`;
  return offered.map((request) => (request.kind === "other-user" ? { ...request, hint } : request));
}
