/** The largest form, in bytes: twice the longest token that a verifier accepts by default. */
export const longestLogoutForm = 16_384;

/** The token of a form, or why there is none. */
export type LogoutForm = { readonly token: string } | { readonly refusal: string };

/**
 * Reads the form of OpenID Connect Back-Channel Logout 1.0 section 2.5. Ignores unknown fields, as it
 * requires.
 *
 * @param contentType The `Content-Type` header.
 * @param body The form as text, or its bytes.
 */
export function readLogoutForm(
  contentType: string | undefined,
  body: string | Uint8Array | undefined,
): LogoutForm {
  const mediaType = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") {
    return { refusal: "The body must be a form (application/x-www-form-urlencoded)." };
  }
  if (body === undefined || body.length > longestLogoutForm) {
    return { refusal: `The form must have 1 to ${longestLogoutForm} bytes.` };
  }
  const text = typeof body === "string" ? body : Buffer.from(body).toString("latin1");
  const [token, ...more] = new URLSearchParams(text).getAll("logout_token");
  if (token === undefined || more.length > 0)
    return { refusal: "The form must have exactly one logout_token." };
  return { token };
}
