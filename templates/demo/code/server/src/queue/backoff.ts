/** Seconds before the next try: 1, 5, 25. */
export function backoffSeconds(tries: number): number {
  return 5 ** Math.max(0, Math.min(tries - 1, 2));
}
