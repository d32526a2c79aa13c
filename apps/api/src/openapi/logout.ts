import type { FastifySchema } from "fastify";
import { z } from "zod";
import { problemResponses } from "./problem-responses.ts";

/** Where the issuer tells of ended sessions. */
export const logoutPath = "/backchannel-logout";

const { 503: outage } = problemResponses;
const refused = {
  ...problemResponses[400],
  description:
    "It is no such form, or no good logout token. It changed nothing, and will not be taken later either.",
};

/** How the endpoint is documented. The guard's own code checks it and answers it. */
export const logoutOperation: FastifySchema & Record<string, unknown> = {
  summary: "Be told that a session has ended",
  description:
    "OpenID Connect Back-Channel Logout 1.0, section 2.5, for the issuer alone: tokens of the session, or of all sessions of the user, are refused from then on, by every replica. Needs no bearer token: the logout token is signed by the issuer.",
  operationId: "backchannelLogout",
  tags: ["sessions"],
  consumes: ["application/x-www-form-urlencoded"],
  body: z.object({ logout_token: z.string().describe("A signed JWT whose `typ` is `logout+jwt`.") }),
  response: {
    200: z.undefined().describe("It is recorded."),
    400: refused,
    503: { ...outage, description: "It could not be recorded at the moment. Send it again." },
  },
};
