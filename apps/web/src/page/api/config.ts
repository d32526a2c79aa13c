/** What the page must be told by the server that serves it. */
export type PageConfig = { apiUrl: string };

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
    throw new Error("/config.json does not say where the API is");
  }
  return { apiUrl: config.apiUrl };
}
