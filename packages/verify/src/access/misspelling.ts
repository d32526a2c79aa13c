/**
 * The owner parameter that somebody meant who wrote this name, where it is none itself: `:user_id` beside an
 * owner parameter `userId` is an isolation that somebody believes in and that is not there.
 */
export function meantOwnerParam(name: string, ownerParams: readonly string[]): string | undefined {
  if (ownerParams.includes(name)) return undefined;
  const folded = fold(name);
  return ownerParams.find((owner) => fold(owner) === folded);
}

/** Letters and digits, in lower case: `user_id`, `user-id` and `userId?` are alike. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
