import { SignedOutError, UserChangedError } from "@usher-auth/client";
import { useCallback, useEffect, useState } from "react";
import { Button, FlatList, Text, TextInput, View } from "react-native";
import { authClient } from "../auth-client";
import { styles } from "../styles";
import { type Task, tasksOf } from "../tasks";

export function Tasks({ user }: { user: { id: string; name: string } }) {
  const tasks = tasksOf(user.id);
  const [list, setList] = useState<Task[]>([]);
  const [title, setTitle] = useState("");
  const [error, setError] = useState<string>();

  const run = useCallback(
    async (action?: () => Promise<unknown>) => {
      try {
        await action?.();
        setList(await tasksOf(user.id).list());
        setError(undefined);
      } catch (reason) {
        // The sign-in screen, or the new user's, replaces this one.
        if (reason instanceof SignedOutError || reason instanceof UserChangedError) return;
        setError(reason instanceof Error ? reason.message : String(reason));
      }
    },
    [user.id],
  );
  useEffect(() => void run(), [run]);

  async function add(): Promise<void> {
    await run(() => tasks.add(title));
    setTitle("");
  }

  return (
    <View style={styles.screen}>
      <Text style={styles.title}>Tasks of {user.name}</Text>
      <TextInput
        accessibilityLabel="New task"
        onChangeText={setTitle}
        onSubmitEditing={add}
        placeholder="New task"
        style={styles.input}
        value={title}
      />
      <Button title="Add" onPress={add} />
      <FlatList
        data={list}
        keyExtractor={({ id }) => id}
        renderItem={({ item }) => <Text>{item.title}</Text>}
      />
      {error ? <Text style={styles.error}>{error}</Text> : null}
      <Button title="Remove all" onPress={() => run(tasks.removeAll)} />
      <Button title="Sign out" onPress={() => authClient.signOut()} />
    </View>
  );
}
