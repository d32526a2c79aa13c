import { useMutation } from "@tanstack/react-query";
import type { UserApi } from "../api/user-api.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { authClient } from "./auth-client.ts";
import type { SignedInUser } from "./use-signed-in-user.ts";

type Props = { user: SignedInUser; api: UserApi; onSigningOut: () => void };

export function Header({ user, api, onSigningOut }: Props) {
  const signOut = useMutation({
    async mutationFn() {
      onSigningOut();
      const { error } = await authClient.signOut();
      if (error) throw new Error(error.message ?? `The web app answered ${error.status}`);
      api.signedOut();
    },
  });

  return (
    <header className="mb-5 border-line border-b bg-surface">
      <div className="mx-auto flex max-w-7xl items-center gap-4 px-4 py-2.5 sm:px-6">
        <Brand />
        <p className="ml-auto min-w-0 text-right text-sm leading-tight">
          <span className="block truncate font-medium">{user.name}</span>
          <span className="block truncate text-muted">{user.email}</span>
        </p>
        <Button onClick={() => signOut.mutate()} isBusy={signOut.isPending}>
          Sign out
        </Button>
      </div>
      {signOut.error && (
        <div className="mx-auto max-w-7xl px-4 pb-3 sm:px-6">
          <Notice kind="bad">You are still signed in: {signOut.error.message}</Notice>
        </div>
      )}
    </header>
  );
}
