import { Field } from "../ui/field.tsx";
import { authClient } from "./auth-client.ts";
import { CredentialsForm, textOf } from "./credentials-form.tsx";
import type { EmailField } from "./email-field.ts";

type Props = {
  email: EmailField;
  /** The email is known already. */
  startsWithPassword: boolean;
};

export function SignInForm({ email, startsWithPassword }: Props) {
  return (
    <CredentialsForm
      action="Sign in"
      send={(form) =>
        authClient.signIn.email({ email: textOf(form, "email"), password: textOf(form, "password") })
      }
    >
      <Field label="Email" name="email" type="email" autoComplete="username" required {...email} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={startsWithPassword}
      />
    </CredentialsForm>
  );
}
