/** Gives up waiting after so many milliseconds; the error then says what did not happen. */
export async function withTimeLimit<T>(promise: Promise<T>, limit: number, complaint: string): Promise<T> {
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
