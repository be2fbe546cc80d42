// How long to wait before the next try: full jitter under a doubling ceiling, and never before the server's own Retry-After. Many phones fail at the same moment and must not come back together.
export const FIRST_MS = 1000;
export const LONGEST_MS = 30000;
const LEAST_MS = 100;

export function backOff(failures, retryAfter = 0) {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return retryAfter + LEAST_MS + Math.random() * Math.max(ceiling, retryAfter / 2);
}
