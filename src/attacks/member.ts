/** One attack of several, or within another, with its own parameters. */
export interface Member {
  /** Id in the catalog. */
  readonly attack: string;
  /** As settings give them; in a configured attack, every one. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
