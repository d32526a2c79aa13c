import type { OpenedApp } from "../opened-app.ts";
import { type ExpressApp, openExpress } from "./express.ts";
import { type FastifyApp, openFastify } from "./fastify.ts";

/** The parts of a Nest app that are used. */
export interface NestApp {
  init(): Promise<unknown>;
  getHttpAdapter(): { getType(): string; getInstance(): object };
}

export function isNest(app: object): app is NestApp {
  const { init, getHttpAdapter } = app as Partial<NestApp>;
  return typeof init === "function" && typeof getHttpAdapter === "function";
}

/**
 * Initialises the app, and lists the routes of its platform: they have the global prefix and the versions of
 * the URI. The platform's handlers are Nest's own, which call the guards, so they are not observed.
 */
export async function openNest(app: NestApp): Promise<OpenedApp> {
  await app.init();
  const adapter = app.getHttpAdapter();
  const platform = adapter.getInstance();
  return adapter.getType() === "fastify"
    ? openFastify(platform as FastifyApp, "Nest app on Fastify", false)
    : openExpress(platform as ExpressApp, "Nest app on Express", false);
}
