/**
 * Carries texts between the processes of one house. Who listens hears what is said from then on, what one process
 * says in its order; while the bus is out of reach what is said is lost, and nobody waits for it.
 */
export interface MessageBus {
  /** Says something to all who listen to a subject, the speaker's own process included. */
  say(subject: string, text: string): void;
  /** Calls back with what is said; the result ends that. */
  listen(subject: string, listener: (text: string) => void): () => void;
}
