/** Settings that the page gets from its server. */
export type PageConfig = {
  apiUrl: string;
  /** The whole system runs on this machine for development: see the server's `development` folder. */
  local: boolean;
};

export async function fetchConfig(signal: AbortSignal): Promise<PageConfig> {
  const response = await fetch("/config.json", { signal });
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`);
  const config: unknown = await response.json();
  if (
    typeof config !== "object" ||
    config === null ||
    !("apiUrl" in config) ||
    typeof config.apiUrl !== "string"
  ) {
    throw new Error("/config.json has no apiUrl");
  }
  return { apiUrl: config.apiUrl, local: "local" in config && config.local === true };
}
