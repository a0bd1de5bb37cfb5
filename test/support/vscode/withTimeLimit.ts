/**
 * Milliseconds after which what a test waits for counts as never coming. It is there only to end a hang: every wait ends as
 * soon as its condition holds, and a busy machine takes many times as long as an idle one.
 */
export const hangLimit = 600_000;

/** Gives up waiting after so many milliseconds; the error then says what did not happen. */
export async function withTimeLimit<T>(promise: Promise<T>, complaint: string, limit = hangLimit): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${limit / 1000} s.`)), limit);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
