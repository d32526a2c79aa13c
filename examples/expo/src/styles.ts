import { StyleSheet } from "react-native";

export const styles = StyleSheet.create({
  page: { flex: 1, backgroundColor: "#fff" },
  screen: { flex: 1, padding: 24, gap: 12 },
  title: { fontSize: 24, fontWeight: "600" },
  input: { borderWidth: 1, borderColor: "#767676", borderRadius: 6, padding: 12 },
  error: { color: "#b00020" },
  backdrop: { flex: 1, justifyContent: "center", backgroundColor: "#0008" },
  dialog: { margin: 24, padding: 24, gap: 12, borderRadius: 12, backgroundColor: "#fff" },
});
