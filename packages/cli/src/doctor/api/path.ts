import { isClientsOwn } from "../../input/token-kind.ts";
import { shellWord } from "../../output/paste.ts";
import { type CheckInput, type Diagnosis, errorFinding } from "../check.ts";
import { organizationFinding, organizationIn } from "./organization-path.ts";

/** Placeholders and missing values instead of an id. */
const placeholder = /^(?:[:{[<].*|undefined|null|NaN|\[object .*|me|self)$/i;

/** The path is not that of the token's user: finds what it contains instead of the user's id. */
export function pathFinding(url: URL, tokenText: CheckInput["tokenText"]): Diagnosis | undefined {
  const jwt = tokenText?.jwt;
  if (typeof jwt?.claims.sub !== "string") return undefined;
  const { claims } = jwt;
  const subject = jwt.claims.sub;
  const segments = url.pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map(decode);
  const elsewhere = organizationFinding(segments, jwt);
  if (elsewhere !== undefined) return elsewhere;
  if (isClientsOwn(jwt))
    return errorFinding(
      "client_token",
      "The token belongs to an OAuth client that acts for itself. It is no user, so no user's path is its own.",
      [`sub and client_id are "${subject}"`],
      [
        'owner: { clients: [requireScopes("tasks:sync")] } // on the route, if clients may use it',
        "grant_type=authorization_code # by the client, to act for a user",
      ],
    );
  if (segments.includes(subject)) return undefined;

  const organization = organizationIn(segments);
  const named = segments.flatMap((segment) => {
    if (segment === organization) return [];
    const meaning = meaningOf(segment, claims, subject);
    return meaning === undefined ? [] : [{ segment, meaning }];
  })[0];
  const evidence =
    named === undefined
      ? ["no segment of the path is the token's sub"]
      : [`"${named.segment}" in the path is ${named.meaning}`];
  return errorFinding(
    "path_mismatch",
    "The path belongs to another user: the id in it must be exactly the token's sub.",
    [...evidence, `sub is "${subject}"`],
    [shellWord(`${url.origin}${corrected(url, named?.segment, subject)}`)],
  );
}

function meaningOf(
  segment: string,
  claims: Readonly<Record<string, unknown>>,
  subject: string,
): string | undefined {
  if (placeholder.test(segment)) return "a placeholder that was not replaced";
  if (segment.toLowerCase() === subject.toLowerCase()) return "the sub in another case";
  if (segment.trim() === subject || decode(segment) === subject)
    return "the sub, encoded twice or with whitespace";
  const same = (value: unknown) => typeof value === "string" && value.toLowerCase() === segment.toLowerCase();
  const claim = Object.entries(claims).find(
    ([name, value]) => name !== "iss" && name !== "aud" && same(value),
  );
  if (claim === undefined) return undefined;
  const [name] = claim;
  const words: Readonly<Record<string, string>> = {
    email: "the user's e-mail",
    name: "the user's name",
    sid: "the session's id",
  };
  return words[name] ?? `the claim "${name}"`;
}

function corrected(url: URL, segment: string | undefined, subject: string): string {
  if (segment === undefined) return url.pathname;
  const parts = url.pathname
    .split("/")
    .map((part) => (decode(part) === segment ? encodeURIComponent(subject) : part));
  return parts.join("/");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
