import { fileURLToPath } from "node:url";
import { startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { createTestIssuer } from "@usher-auth/testing";
import { test } from "vitest";
import { expectAlerts } from "../support/alerts.ts";
import type { Prometheus } from "../support/prometheus.ts";
import { prepareService } from "../support/service.ts";
import { requestTasks } from "../support/traffic.ts";

const clockAhead = fileURLToPath(new URL("../support/clock-ahead.ts", import.meta.url));

/** The API was started with a wrong setting, or on a machine with a wrong clock. */
const mistakes = [
  {
    alert: "UsherSignatureInvalid",
    mistake: "another secret than the issuer's",
    job: "another-secret",
    changes: { BETTER_AUTH_SECRET: createTestIssuer().secret },
  },
  {
    alert: "UsherSettingsDiffer",
    mistake: "another address than the issuer knows",
    job: "another-audience",
    changes: { API_URL: "https://another.example.com" },
  },
  {
    alert: "UsherClockDiffers",
    mistake: "a clock that is an hour ahead",
    job: "another-time",
    changes: { NODE_OPTIONS: `--import=${clockAhead}` },
  },
];

/** Alerts that tell that the API and the issuer disagree, or that the API cannot get the issuer's keys. */
export function checkKeys(prometheus: () => Prometheus): void {
  test("UsherOldSecretInUse: one of two issuers was not restarted after a rotation", async ({
    onTestFinished,
  }) => {
    const job = "two-secrets";
    const [oldIssuer, newIssuer] = [createTestIssuer(), createTestIssuer()];
    const api = await prepareService("api", {
      BETTER_AUTH_SECRETS: `2:${newIssuer.secret},1:${oldIssuer.secret}`,
      BETTER_AUTH_URL: newIssuer.issuer,
      API_URL: newIssuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);
    let issuers = [newIssuer];
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherOldSecretInUse"],
      send: async () => {
        for (const issuer of issuers) await requestTasks(api.url, "ada", issuer.tokenFor("ada"));
      },
      damage: async () => {
        issuers = [newIssuer, oldIssuer];
      },
      repair: async () => {
        issuers = [newIssuer];
      },
    });
  });

  test.for(mistakes)("$alert: the API has $mistake", async ({ alert, job, changes }, { onTestFinished }) => {
    const issuer = createTestIssuer();
    const api = await prepareService("api", {
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);
    const restart = async (with_?: Readonly<Record<string, string>>) => {
      await api.kill();
      await api.start(with_);
    };
    await expectAlerts(prometheus(), {
      job,
      alerts: [alert],
      send: () => requestTasks(api.url, "ada", issuer.tokenFor("ada")),
      damage: () => restart(changes),
      repair: () => restart(),
    });
  });

  test("UsherNoTokenAccepted: the API has had another secret since its first start", async ({
    onTestFinished,
  }) => {
    const job = "never-accepted";
    const issuer = createTestIssuer();
    const api = await prepareService("api", {
      BETTER_AUTH_SECRET: createTestIssuer().secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);
    let sends = false;
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherNoTokenAccepted"],
      send: async () => {
        if (sends) await requestTasks(api.url, "ada", issuer.tokenFor("ada"));
      },
      damage: async () => {
        sends = true;
      },
      repair: async () => {
        await api.kill();
        await api.start({ BETTER_AUTH_SECRET: issuer.secret });
      },
    });
  });

  test("UsherKeysMissing, UsherUnavailable: the API was started while the issuer is down", async ({
    onTestFinished,
  }) => {
    const job = "no-keys";
    const issuer = await createTestIssuer({ mode: "jwks" });
    onTestFinished(issuer.close);
    const { port, pathname } = new URL(issuer.jwksUrl);
    const network = await startFaultProxy(Number(port));
    onTestFinished(network.close);
    const api = await prepareService("api", {
      USHER_JWKS_URL: `http://localhost:${network.port}${pathname}`,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherKeysMissing", "UsherUnavailable"],
      send: () => requestTasks(api.url, "ada", issuer.tokenFor("ada")),
      damage: async () => {
        await network.set({ kind: "refuse" });
        await api.kill();
        await api.start();
      },
      repair: () => network.set({ kind: "none" }),
    });
  });

  test("UsherKeysStale: the issuer went down while the API runs", async ({ onTestFinished }) => {
    const job = "old-keys";
    const issuer = await createTestIssuer({ mode: "jwks" });
    onTestFinished(issuer.close);
    const { port, pathname } = new URL(issuer.jwksUrl);
    const network = await startFaultProxy(Number(port));
    onTestFinished(network.close);
    const api = await prepareService("jwksApi", {
      JWKS_URL: `http://localhost:${network.port}${pathname}`,
      ISSUER: issuer.issuer,
      AUDIENCE: issuer.audience,
    });
    onTestFinished(api.close);
    await api.start();
    await prometheus().scrape(job, api.metricsPort);
    await expectAlerts(prometheus(), {
      job,
      alerts: ["UsherKeysStale"],
      // Also as an administrator, for the metric of owner exceptions.
      send: () => requestTasks(api.url, "grace", issuer.tokenFor("ada", { claims: { role: "admin" } })),
      damage: () => network.set({ kind: "refuse" }),
      repair: () => network.set({ kind: "none" }),
    });
  });
}
