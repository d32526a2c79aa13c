import { StatusBar } from "expo-status-bar";
import { useState } from "react";
import { SafeAreaView } from "react-native";
import { authClient } from "./auth-client";
import { PasswordDialog } from "./screens/password-dialog";
import { SignIn } from "./screens/sign-in";
import { Tasks } from "./screens/tasks";
import { styles } from "./styles";

export function App() {
  const { data: session, isPending } = authClient.useSession();
  // Pending again whenever Better Auth looks for a session and there was none. The form of the sign-in screen
  // must not lose its text then.
  const [isKnown, setIsKnown] = useState(false);
  if (!isPending && !isKnown) setIsKnown(true);
  if (!isKnown && session === null) return null;
  return (
    <SafeAreaView style={styles.page}>
      <StatusBar style="auto" />
      {/* The key gives each user a new screen: nothing of the previous user stays. */}
      {session ? <Tasks key={session.user.id} user={session.user} /> : <SignIn />}
      {session ? <PasswordDialog email={session.user.email} /> : null}
    </SafeAreaView>
  );
}
