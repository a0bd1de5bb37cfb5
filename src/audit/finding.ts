/** Something about a test's result that makes it doubtful. */
export interface Finding {
  /** Id of the check; `media/audit/<check>.md` says what it means and what to do. */
  readonly check: string;
  /** One sentence with the figures. */
  readonly message: string;
}

/** A check that was not made. */
export interface Omission {
  /** Id of the check. */
  readonly check: string;
  /** Why, as the end of a sentence. */
  readonly reason: string;
}
