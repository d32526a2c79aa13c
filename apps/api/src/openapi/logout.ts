import type { FastifySchema } from "fastify";
import { z } from "zod";
import { problemResponses } from "./problem-responses.ts";

/** The endpoint to which the issuer sends logout tokens. */
export const logoutPath = "/backchannel-logout";

const { 503: outage } = problemResponses;
const rejected = {
  ...problemResponses[400],
  description: "Not a form with a valid logout token. Nothing has changed. Do not send it again.",
};

/** Documents the endpoint, which the guard's plugin implements. */
export const logoutOperation: FastifySchema & Record<string, unknown> = {
  summary: "Receive a logout token",
  description:
    "OpenID Connect Back-Channel Logout 1.0, section 2.5. For the issuer only: from now on every replica rejects the tokens of the session, or of all sessions of the user. Requires no bearer token, because the issuer signs the logout token.",
  operationId: "backchannelLogout",
  tags: ["sessions"],
  consumes: ["application/x-www-form-urlencoded"],
  body: z.object({ logout_token: z.string().describe("A signed JWT whose `typ` is `logout+jwt`.") }),
  response: {
    200: z.undefined().describe("The logout is recorded."),
    400: rejected,
    503: { ...outage, description: "The logout could not be recorded at the moment. Send it again." },
  },
};
