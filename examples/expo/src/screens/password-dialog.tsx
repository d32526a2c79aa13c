import { useState, useSyncExternalStore } from "react";
import { Button, Modal, Text, TextInput, View } from "react-native";
import { authClient } from "../auth-client";
import { passwordQuestion } from "../password-question";
import { styles } from "../styles";

/** Shown when the API asks for a recent sign-in. */
export function PasswordDialog({ email }: { email: string }) {
  const { subscribe, isOpen } = passwordQuestion;
  const isVisible = useSyncExternalStore(subscribe, isOpen, isOpen);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string>();

  async function signIn(): Promise<void> {
    const result = await authClient.signIn.email({ email, password });
    setError(result.error?.message);
    if (result.error === null) close(true);
  }

  function close(signedIn: boolean): void {
    setPassword("");
    passwordQuestion.close(signedIn);
  }

  return (
    <Modal onRequestClose={() => close(false)} transparent visible={isVisible}>
      <View style={styles.backdrop}>
        <View style={styles.dialog}>
          <Text>Enter your password to continue.</Text>
          <TextInput
            accessibilityLabel="Your password"
            autoComplete="current-password"
            onChangeText={setPassword}
            secureTextEntry
            style={styles.input}
            value={password}
          />
          {error ? <Text style={styles.error}>{error}</Text> : null}
          <Button title="Continue" onPress={signIn} />
          <Button title="Cancel" onPress={() => close(false)} />
        </View>
      </View>
    </Modal>
  );
}
