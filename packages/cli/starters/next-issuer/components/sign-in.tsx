"use client";

import { useState } from "react";
import { authClient } from "../lib/auth-client.ts";

/** Signs in, or up, with an email address and a password. */
export function SignIn() {
  const [message, setMessage] = useState<string>();

  async function signIn(form: FormData) {
    const [email, password] = [String(form.get("email")), String(form.get("password"))];
    const { error } =
      form.get("new") === "on"
        ? await authClient.signUp.email({ name: email, email, password })
        : await authClient.signIn.email({ email, password });
    setMessage(error ? (error.message ?? `Better Auth answered ${error.status}`) : undefined);
  }

  return (
    <form action={signIn}>
      <input name="email" type="email" aria-label="Email" autoComplete="username" required />
      <input name="password" type="password" aria-label="Password" minLength={8} required />
      <label>
        <input name="new" type="checkbox" /> I am new here
      </label>
      <button type="submit">Sign in</button>
      {message && <p role="alert">{message}</p>}
    </form>
  );
}
