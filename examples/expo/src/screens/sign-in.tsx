import { useState } from "react";
import { Button, Text, TextInput, View } from "react-native";
import { api } from "../api";
import { authClient } from "../auth-client";
import { styles } from "../styles";

export function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string>();

  async function signIn(isNew: boolean): Promise<void> {
    const result = isNew
      ? await authClient.signUp.email({ email, password, name: email })
      : await authClient.signIn.email({ email, password });
    setError(result.error?.message);
    // The next token decides whose the client is.
    if (result.error === null) api.clearToken();
  }

  return (
    <View style={styles.screen}>
      <Text style={styles.title}>Tasks</Text>
      <TextInput
        accessibilityLabel="E-mail"
        autoCapitalize="none"
        autoComplete="email"
        inputMode="email"
        onChangeText={setEmail}
        placeholder="E-mail"
        style={styles.input}
        value={email}
      />
      <TextInput
        accessibilityLabel="Password"
        autoComplete="current-password"
        onChangeText={setPassword}
        placeholder="Password"
        secureTextEntry
        style={styles.input}
        value={password}
      />
      <Button title="Sign in" onPress={() => signIn(false)} />
      <Button title="Sign up" onPress={() => signIn(true)} />
      {error ? <Text style={styles.error}>{error}</Text> : null}
    </View>
  );
}
