import { Field } from "../ui/field.tsx";
import { authClient } from "./auth-client.ts";
import { CredentialsForm, textOf } from "./credentials-form.tsx";

export function SignInForm() {
  return (
    <CredentialsForm
      action="Sign in"
      send={(form) =>
        authClient.signIn.email({ email: textOf(form, "email"), password: textOf(form, "password") })
      }
    >
      <Field label="Email" name="email" type="email" autoComplete="username" required />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
    </CredentialsForm>
  );
}
