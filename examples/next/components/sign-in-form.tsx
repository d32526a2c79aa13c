"use client";

import { useActionState, useState } from "react";
import { authClient } from "@/lib/auth-client";

/** Signs in or up. Then it loads the whole page, so that nothing of a previous user is left in the router. */
export function SignInForm() {
  const [isNew, setIsNew] = useState(false);
  const [message, submit, isPending] = useActionState(
    async (_previous: string | undefined, form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? "");
      const [email, password] = [text("email"), text("password")];
      const { error } = isNew
        ? await authClient.signUp.email({ name: text("name"), email, password })
        : await authClient.signIn.email({ email, password });
      if (error !== null) return error.message ?? `Better Auth answered ${error.status}`;
      window.location.assign("/tasks");
      return undefined;
    },
    undefined,
  );

  return (
    <form action={submit} className="card">
      <h1>{isNew ? "Sign up" : "Sign in"}</h1>
      {isNew && (
        <label>
          Name <input name="name" autoComplete="name" required />
        </label>
      )}
      <label>
        Email <input name="email" type="email" autoComplete="email" required />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          minLength={8}
          autoComplete={isNew ? "new-password" : "current-password"}
          required
        />
      </label>
      {message !== undefined && <p role="alert">{message}</p>}
      <button type="submit" disabled={isPending}>
        {isNew ? "Create account" : "Sign in"}
      </button>
      <button type="button" className="quiet" onClick={() => setIsNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
    </form>
  );
}
