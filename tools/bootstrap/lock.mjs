import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
const SAY_AFTER_MS = 2_000;

/**
 * True while a process of that id exists, whoever owns it.
 *
 * @param {number} pid @returns {boolean}
 */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Runs the task while no other process holds the lock file, waiting as long as its holder lives.
 * A lock whose holder died is taken over.
 *
 * @template T @param {string} file @param {() => Promise<T>} task @returns {Promise<T>}
 */
export async function withLock(file, task) {
  mkdirSync(dirname(file), { recursive: true });
  const begun = Date.now();
  let said = false;
  while (!tryLock(file)) {
    if (!said && holder(file) !== process.pid && Date.now() - begun > SAY_AFTER_MS) {
      process.stderr.write(`waiting for process ${holder(file)}, which holds ${file}\n`);
      said = true;
    }
    await delay(POLL_MS);
  }
  try {
    return await task();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryLock(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file); // Appears with its content, or not at all.
    return true;
  } catch {
    if (!isAlive(holder(file))) removeStale(file);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @param {string} file */
function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return Number.NaN;
  }
}

/**
 * Moves the lock aside before looking at it again, so that of two waiters only one removes it.
 *
 * @param {string} file
 */
function removeStale(file) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (isAlive(holder(aside))) linkSync(aside, file); // Taken over between our look and our move: put it back.
  } catch {
    // Someone else was faster; the next try decides.
  }
  rmSync(aside, { force: true });
}
