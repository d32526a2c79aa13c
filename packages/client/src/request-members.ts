/**
 * Whether `Request` takes these members. Workers throw for `redirect: "error"`, and for `cache` with a
 * compatibility date before November 2024.
 */
export function requestsTake(members: { cache?: "no-store"; redirect?: "error" }): boolean {
  try {
    new Request("https://host.invalid/", members);
    return true;
  } catch {
    return false;
  }
}
