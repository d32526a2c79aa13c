/** Public: it does not use the guard. */
export function GET() {
  return Response.json({ status: "ok" });
}
