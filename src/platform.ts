/** The platform that this process runs on, as VS Code's Marketplace names it: "linux-x64", or "alpine-x64" with musl. */
export function platformHere(): string {
  return `${process.platform === 'linux' && isMusl() ? 'alpine' : process.platform}-${process.arch}`;
}

/** Node.js names glibc in its report if it is linked with it. */
function isMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}
