import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { authClient } from "./auth-client.ts";
import { CredentialsForm, textOf } from "./credentials-form.tsx";
import type { EmailField } from "./email-field.ts";

type Props = {
  email: EmailField;
  /** Called by a user who has an account. */
  onSignIn: () => void;
};

export function SignUpForm({ email, onSignIn }: Props) {
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
      explain={({ code }) =>
        code?.startsWith("USER_ALREADY_EXISTS") && (
          <>
            There is an account with this email already.{" "}
            <Button look="link" onClick={onSignIn}>
              Sign in with it
            </Button>
          </>
        )
      }
    >
      <Field label="Name" name="name" autoComplete="name" required maxLength={100} />
      <Field label="Email" name="email" type="email" autoComplete="username" required {...email} />
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
