import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { signOut, signUp } from "@usher-auth/e2e/session";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, test, vi } from "vitest";
import { expectAlerts, expectFiring, expectHealth, expectQuiet } from "../support/alerts.ts";
import type { Prometheus } from "../support/prometheus.ts";
import { prepareService, type Service } from "../support/service.ts";
import { prepareSystem } from "../support/system.ts";
import { requestTasks } from "../support/traffic.ts";

const polling = { timeout: 100_000, interval: 250 };

/** Alerts on revocations, and on their way from the issuer to the API. */
export function checkRevocations(prometheus: () => Prometheus): void {
  test("UsherRevocationsStale, UsherUnavailable: one of two replicas loses the database", async ({
    onTestFinished,
  }) => {
    const issuer = createTestIssuer();
    const postgres = await startPostgres();
    onTestFinished(postgres.stop);
    const databaseUrl = new URL(await postgres.createDatabase("api"));
    const network = await startFaultProxy(postgres.port);
    onTestFinished(network.close);
    const throughNetwork = new URL(databaseUrl);
    throughNetwork.port = String(network.port);
    const replicas: Service[] = [];
    for (const DATABASE_URL of [databaseUrl.href, throughNetwork.href]) {
      const replica = await prepareService("api", {
        DATABASE_URL,
        BETTER_AUTH_SECRET: issuer.secret,
        BETTER_AUTH_URL: issuer.issuer,
        API_URL: issuer.audience,
      });
      onTestFinished(replica.close);
      await replica.start();
      replicas.push(replica);
    }
    const [sound, broken] = replicas as [Service, Service];
    await prometheus().scrape("sound-replica", sound.metricsPort);
    await prometheus().scrape("broken-replica", broken.metricsPort);
    await expectAlerts(prometheus(), {
      job: "broken-replica",
      alerts: ["UsherRevocationsStale", "UsherUnavailable"],
      send: async () => {
        // Without the database, there are no tasks. The guard accepts the request before that.
        for (const { url } of replicas) await requestTasks(url, "ada", issuer.tokenFor("ada"));
      },
      damage: () => network.set({ kind: "refuse" }),
      repair: async () => {
        expect(await prometheus().firing("sound-replica")).toEqual([]);
        await network.set({ kind: "none" });
      },
    });
  });

  test("UsherDeliveriesWaiting, UsherDeliveriesGivenUp: the API is down when users sign out", async ({
    onTestFinished,
  }) => {
    const job = "sign-outs";
    const { web, api, close } = await prepareSystem(createTestIssuer().secret);
    onTestFinished(close);
    await Promise.all([api.start(), web.start()]);
    await prometheus().scrape(job, web.metricsPort);
    const [ada, grace, joan] = [await signUp(web.url), await signUp(web.url), await signUp(web.url)];

    await signOut(web.url, ada.cookie);
    await expectHealth(prometheus(), job);

    await api.kill();
    await signOut(web.url, grace.cookie);
    await waits(prometheus(), job);
    changeDeliveries(web, "happenedAt", -120);
    await expectFiring(prometheus(), job, ["UsherDeliveriesWaiting"]);
    await api.start();
    await expectQuiet(prometheus(), job);

    await api.kill();
    await signOut(web.url, joan.cookie);
    await waits(prometheus(), job);
    changeDeliveries(web, "keepUntil", -1);
    // At its start, the issuer gives up what has expired; otherwise, once a minute.
    await web.kill();
    await web.start();
    await expectFiring(prometheus(), job, ["UsherDeliveriesGivenUp"]);
    await api.start();
    await expectQuiet(prometheus(), job);
  });
}

/** Waits until a sign-out waits, for Prometheus too. */
async function waits(prometheus: Prometheus, job: string): Promise<void> {
  const waiting = `usher_deliveries_waiting{job="${job}"}`;
  await vi.waitFor(
    async () => expect(await prometheus.query(waiting)).toMatchObject([{ value: 1 }]),
    polling,
  );
}

/** Sets a time of all deliveries to some seconds from now, as if they had waited for so long. */
function changeDeliveries(web: Service, column: "happenedAt" | "keepUntil", seconds: number): void {
  const database = new DatabaseSync(join(web.folder, "auth.sqlite"), { timeout: 5000 });
  const time = new Date(Date.now() + seconds * 1000).toISOString();
  const { changes } = database.prepare(`update "usherLogout" set "${column}" = ?`).run(time);
  database.close();
  expect(changes).toBe(1);
}
