import type { SQLOutputValue } from 'node:sqlite';
import type { AuditEntry } from '../../domain/audit.ts';
import type { ApiToken, Approval, OneTimeLink, Session, User } from '../../ports/accounts.ts';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Nothing is null in the file and undefined in the port. */
export function toUser(row: Row): User {
  const { id, name, role, disabled, createdAt } = row;
  return {
    id: String(id), name: String(name), role: role as User['role'], passwordHash: text(row['passwordHash']), disabled: disabled === 1,
    totpSealed: text(row['totpSealed']), totpPending: text(row['totpPending']), createdAt: Number(createdAt), lastSeenAt: count(row['lastSeenAt']),
  };
}

export function toSession(row: Row): Session {
  return {
    id: String(row['id']), userId: String(row['userId']), createdAt: Number(row['createdAt']), lastSeenAt: Number(row['lastSeenAt']),
    expiresAt: Number(row['expiresAt']), steppedUpAt: Number(row['steppedUpAt']), address: String(row['address']), device: String(row['device']),
  };
}

export function toToken(row: Row): ApiToken {
  return {
    id: String(row['id']), userId: String(row['userId']), name: String(row['name']), role: row['role'] as ApiToken['role'], secretHash: String(row['secretHash']),
    lastFour: String(row['lastFour']), createdAt: Number(row['createdAt']), expiresAt: count(row['expiresAt']), lastUsedAt: count(row['lastUsedAt']),
  };
}

export function toLink(row: Row): OneTimeLink {
  return { hash: String(row['hash']), purpose: row['purpose'] as OneTimeLink['purpose'], userId: text(row['userId']), expiresAt: Number(row['expiresAt']) };
}

export function toApproval(row: Row): Approval {
  return {
    id: String(row['id']), action: String(row['action']), requestHash: String(row['requestHash']), detail: String(row['detail']), userId: String(row['userId']),
    by: String(row['by']), at: Number(row['at']), expiresAt: Number(row['expiresAt']), state: row['state'] as Approval['state'], decidedBy: text(row['decidedBy']),
  };
}

export function toAuditEntry(row: Row): AuditEntry {
  return {
    sequence: Number(row['sequence']), at: Number(row['at']), actor: String(row['actor']), via: String(row['via']), action: String(row['action']),
    subject: String(row['subject']), outcome: row['outcome'] as AuditEntry['outcome'], address: String(row['address']), detail: String(row['detail']), hash: String(row['hash']),
  };
}

function text(value: SQLOutputValue): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function count(value: SQLOutputValue): number | undefined {
  return value === null ? undefined : Number(value);
}
