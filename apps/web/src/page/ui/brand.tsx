/** The logo and the name. */
export function Brand({ large = false }: { large?: boolean }) {
  return (
    <span className="flex items-center gap-2.5">
      <img src="/favicon.svg" alt="" className={large ? "size-11" : "size-8"} />
      <span className={`font-semibold tracking-tight ${large ? "text-3xl" : "text-xl max-sm:sr-only"}`}>
        Usher
      </span>
    </span>
  );
}
