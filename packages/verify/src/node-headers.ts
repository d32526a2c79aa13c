/**
 * Every `Authorization` field of a `node:http` request. `headers.authorization` alone would hide a second one: Node
 * keeps the first and drops the others.
 *
 * @param rawHeaders `IncomingMessage.rawHeaders`: names and values in turn.
 */
export function authorizationFields(rawHeaders: readonly string[]): string | string[] | undefined {
  let first: string | undefined;
  let all: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 13 || name.toLowerCase() !== "authorization") continue;
    const value = rawHeaders[index + 1] as string;
    if (first === undefined) first = value;
    else all = [...(all ?? [first]), value];
  }
  return all ?? first;
}
