/** A haltere: the club-shaped organ with which a mosquito keeps its balance. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M5 27 19 13" stroke="var(--accent)" strokeWidth="4" strokeLinecap="round" fill="none" />
      <circle cx="22" cy="10" r="6" fill="var(--accent)" />
    </svg>
  );
}
