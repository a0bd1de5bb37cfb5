/** Does what needs packages that are not installed here, and leaves the test out where no registry has them. */
export async function orSkip(test: Mocha.Context, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENOTCACHED/.test(String(error))) throw error;
    console.log(`      left out, since the npm registry cannot be reached: ${test.test?.title}`);
    test.skip();
  }
}
