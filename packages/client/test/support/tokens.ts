/** The fixed time of the tests, in milliseconds since 1970. */
export const NOON = Date.UTC(2030, 0, 1, 12);

/** A token with an invalid signature: the client decodes `exp` and verifies nothing. */
export function tokenOf(id: string, expiresInSeconds = 300, sub: unknown = "zoë"): string {
  const payload = { sub, exp: NOON / 1000 + expiresInSeconds };
  return [{ alg: "HS256" }, payload, id]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}

/** A getToken that returns these answers in turn, then repeats the last one, and counts its calls. */
export function tokensInTurn(...answers: (string | null | undefined | Error)[]) {
  const source = {
    calls: 0,
    getToken: async (): Promise<string | null | undefined> => {
      const answer = answers[Math.min(source.calls, answers.length - 1)];
      source.calls += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return source;
}
