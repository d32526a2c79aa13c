"use client";

import { useState } from "react";
import { authClient } from "@/lib/auth-client";

export function SignOutButton() {
  const [failed, setFailed] = useState(false);
  async function signOut() {
    const { error } = await authClient.signOut();
    if (error !== null) setFailed(true);
    else window.location.assign("/sign-in");
  }
  return (
    <button type="button" className="quiet" onClick={signOut}>
      {failed ? "Not signed out: try again" : "Sign out"}
    </button>
  );
}
