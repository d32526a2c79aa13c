import { ApiProblem, readProblem } from "./problem.ts";

/** Another user, with tasks at the API. */
export type SecondUser = { id: string; name: string; tasks: number };

/** The API's response to a request that the web server sent. */
export type ForwardedResponse = {
  url: string;
  status: number;
  statusText: string;
  headers: Record<string, string>;
  body: string;
};

/** What the web server does for the page in development, because the page cannot. */
export type Development = {
  secondUser(): Promise<SecondUser>;
  /** A token that ends within one and a half seconds. */
  expiringToken(): Promise<string>;
  /** A token for another API. */
  otherAudienceToken(): Promise<string>;
  /** Sends a request with two `Authorization` headers: the user's token, and the second user's. */
  sendTwoHeaders(): Promise<ForwardedResponse>;
};

export const development: Development = {
  secondUser: () => post("second-user"),
  expiringToken: async () => (await post<{ token: string }>("tokens/expired")).token,
  otherAudienceToken: async () => (await post<{ token: string }>("tokens/other-audience")).token,
  sendTwoHeaders: () => post("two-headers"),
};

async function post<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`/dev/${path}`, { method: "POST" });
  if (response.ok) return await response.json();
  const { status, code, message } = await readProblem(response);
  throw new ApiProblem(status, code, `The web server could not prepare the request: ${message}`);
}
