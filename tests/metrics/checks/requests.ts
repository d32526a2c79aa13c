import { createTestIssuer } from "@usher-auth/testing";
import { test } from "vitest";
import { expectAlerts } from "../support/alerts.ts";
import type { Prometheus } from "../support/prometheus.ts";
import { prepareService } from "../support/service.ts";
import { requestTasks } from "../support/traffic.ts";

/** Alerts on what clients send, and on processes that are gone. */
export function checkRequests(prometheus: () => Prometheus): void {
  test("UsherDown, UsherOwnerMismatch, UsherRejectionsHigh", async ({ onTestFinished }) => {
    const job = "clients";
    const issuer = createTestIssuer();
    const [adas, gabled] = [issuer.tokenFor("ada"), "not.a.token"];
    const api = await prepareService("api", {
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);

    let tokens = [adas];
    const send = async () => {
      for (const token of tokens) await requestTasks(api.url, "ada", token);
    };
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherDown"],
      send,
      damage: api.kill,
      repair: api.start,
    });
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherOwnerMismatch"],
      send,
      damage: async () => {
        for (let id = 0; id < 25; id++) await requestTasks(api.url, `user-${id}`, adas);
      },
      // It is quiet when the window is over.
      repair: async () => {},
    });
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherRejectionsHigh"],
      send,
      damage: async () => {
        tokens = [adas, gabled];
      },
      repair: async () => {
        tokens = [adas];
      },
    });
  });
}
