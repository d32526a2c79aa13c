import type { IncomingMessage } from "node:http";
import type { Verifier } from "@usher-auth/verify";
import { backchannelLogout } from "@usher-auth/verify/node";
import type { GateResponse } from "./gate-response.ts";
import type { GateLog } from "./log.ts";

/** The path at which the issuer tells the gate that a session has ended. */
export const logoutPath = "/backchannel-logout";

/** Creates the listener for {@link logoutPath}. The verifier must have revocations. */
export function createLogout(
  verifier: Verifier,
  log: GateLog,
): (request: IncomingMessage, response: GateResponse) => Promise<void> {
  const logout = backchannelLogout({
    verifier,
    onLogout({ status, refused }) {
      if (refused === undefined) log.counted("info", "logout", "a session has ended", { status });
      else log.counted("warn", `logout ${refused.code}`, "a logout was not recorded", { status, ...refused });
    },
  });
  return (request, response) => {
    response.writeContinue();
    return logout(request, response);
  };
}
