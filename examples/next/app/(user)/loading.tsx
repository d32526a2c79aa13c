export default function Loading() {
  return (
    <p role="status" className="note">
      Loading …
    </p>
  );
}
