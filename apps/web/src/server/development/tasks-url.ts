/** The address of a user's tasks at the API, whose URL may have a path. */
export function tasksUrl(apiUrl: string, userId: string): string {
  const base = apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`;
  return new URL(`api/${encodeURIComponent(userId)}/tasks`, base).href;
}
