import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import type { ApiSettings } from "./token-table.ts";

/** What an API on Node.js answers: the message as the playground shows it, and the hint of the log. */
export async function judgeInNode(text: string, settings: ApiSettings) {
  let hint: string | undefined;
  const guard = usher({
    verifier: createVerifier({
      keys: settings.keys === "secret" ? sharedSecret(settings.secret) : localJwks(settings.jwks),
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: settings.clockTolerance,
    }),
    ownerParam: "userId",
    log: false,
    onReject: ({ error }) => {
      hint = error.hint;
    },
  });
  const handler = guard.protect({ path: "/api/:userId/tasks" }, (_request, { principal }) =>
    Response.json({ tasks: [], owner: principal.id }),
  );
  const token = text.replace(/^(?:Authorization: )?Bearer /, "");
  const url = `https://api.example.com/api/${encodeURIComponent(settings.userId)}/tasks`;
  const response = await handler(new Request(url, { headers: { authorization: `Bearer ${token}` } }));
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  const body = JSON.stringify(await response.json(), null, 2);
  return { message: [`HTTP/1.1 ${response.status}`, ...headers, "", body].join("\n"), hint };
}
