import { prepareService, type Service } from "./service.ts";

/** The demo: its web app and its API, which know each other's addresses. */
export interface System {
  readonly web: Service;
  readonly api: Service;
  close(): Promise<void>;
}

/** Prepares both, on free ports, with one secret. */
export async function prepareSystem(secret: string): Promise<System> {
  const settings = { BETTER_AUTH_SECRET: secret };
  const prepared = await prepareService("api", settings);
  const web = await prepareService("web", { ...settings, API_URL: prepared.url });
  const api: Service = {
    ...prepared,
    start: (changes) => prepared.start({ BETTER_AUTH_URL: web.url, API_URL: prepared.url, ...changes }),
  };
  return {
    web,
    api,
    close: async () => {
      await web.close();
      await api.close();
    },
  };
}
