import { Field } from "../ui/field.tsx";
import { authClient } from "./auth-client.ts";
import { CredentialsForm, textOf } from "./credentials-form.tsx";

export function SignUpForm() {
  return (
    <CredentialsForm
      action="Sign up"
      send={(form) =>
        authClient.signUp.email({
          name: textOf(form, "name"),
          email: textOf(form, "email"),
          password: textOf(form, "password"),
        })
      }
    >
      <Field label="Name" name="name" autoComplete="name" required maxLength={100} />
      <Field label="Email" name="email" type="email" autoComplete="username" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="8 characters or more"
        required
        minLength={8}
        maxLength={128}
      />
    </CredentialsForm>
  );
}
