import { authErrorCodes } from "@usher-auth/verify";
import { httpProblem } from "@usher-auth/verify/http";
import { otherLabel } from "./limited-label.ts";

/** Semantic conventions for HTTP metrics, `http.request.method`: the methods of RFC 9110, PATCH and QUERY. */
const methods: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "QUERY",
  "TRACE",
]);

/** Codes of requests and logout tokens, and those of the logout endpoint for a message that has no token. */
const codes: ReadonlySet<string> = new Set([
  ...authErrorCodes,
  httpProblem(400).code,
  httpProblem(413).code,
  httpProblem(415).code,
]);

/** A method, as a label: anyone can make up others. */
export function methodLabel(method: string): string {
  return methods.has(method) ? method : otherLabel;
}

/** A code, as a label: another version of the package may have more. */
export function codeLabel(code: string): string {
  return codes.has(code) ? code : otherLabel;
}
