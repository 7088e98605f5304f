import type { Database } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import { createBatchRunner } from '../../lib/batch-runner.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Audit } from '../audit/audit.ts'
import { SYSTEM } from '../people/viewer.ts'
import { findLeft, PURGE_STEPS, type PurgeStep } from './purge-steps.ts'

const EVERY_MS = 10_000
/**
 * Time after a deletion for which requests, results and usage records of the organization may still be on their way.
 * The organization itself goes last and not before.
 */
export const SETTLE_MS = 10 * 60_000
/** Maximum deleted organizations of one run; the others follow in the next one. */
const ORGANIZATIONS_AT_ONCE = 100

/**
 * Removes the rows of deleted organizations, in batches with a pause after each. The state is in the database, so that
 * any process goes on after a restart: rows are removed soon after the deletion, and once more with the organization
 * itself after SETTLE_MS.
 */
export function createPurgeOrganizations(deps: { database: Database; clock: Clock; audit: Audit; log: Log }) {
  const { clock, log } = deps
  const { prisma, pool } = deps.database
  const { inBatches, isStopping, start, stop } = createBatchRunner()

  async function purgeAll(): Promise<void> {
    const settled = new Date(clock.now().getTime() - SETTLE_MS)
    const due = await prisma.organization.findMany({
      where: { deletedAt: { not: null }, OR: [{ purgedAt: null }, { deletedAt: { lte: settled } }] },
      orderBy: [{ purgedAt: { sort: 'asc', nulls: 'first' } }, { deletedAt: 'asc' }],
      take: ORGANIZATIONS_AT_ONCE,
    })
    for (const organization of due) {
      if (!(await removeRows(organization))) continue
      if (organization.deletedAt! <= settled) await removeOrganization(organization)
      else await prisma.organization.updateMany({ where: { id: organization.id }, data: { purgedAt: clock.now() } })
    }
  }

  /** @returns false when rows are left, because others had locked them or the process stops */
  async function removeRows({ id }: Organization): Promise<boolean> {
    for (const step of PURGE_STEPS) {
      await inBatches(async () => (await runStep(step, id)) > 0)
      if (isStopping()) return false
      const { rows } = await pool.query<{ found: boolean }>({ text: findLeft(step), values: [id] })
      // The order of the steps counts, so the next run starts again.
      if (rows[0]!.found) return false
    }
    return true
  }

  async function runStep({ text }: PurgeStep, id: string): Promise<number> {
    const { rows } = await pool.query<{ removed: number }>({ text, values: [id] })
    return rows[0]!.removed
  }

  async function removeOrganization({ id, name, externalId, deletedAt }: Organization): Promise<void> {
    try {
      await prisma.$transaction(async (tx) => {
        const { count } = await tx.organization.deleteMany({ where: { id, deletedAt } })
        if (count === 0) return
        const platform = await tx.organization.findFirstOrThrow({ where: { isPlatform: true } })
        const actor = { principal: SYSTEM, organizationId: platform.id, ip: null }
        const details = { name, externalId, deletedAt: deletedAt!.toISOString() }
        await deps.audit(tx, actor, { action: 'organization.purge', resource: id, details })
      })
      log.info({ organizationId: id }, 'Deleted organization removed')
    } catch (error) {
      // A row was added meanwhile; the next run removes it.
      if (!hasSqlState(error, SQL_STATE.foreignKeyViolation)) throw error
    }
  }

  return {
    /** Removes the rows of every deleted organization, and the organizations deleted SETTLE_MS ago. */
    purgeAll,
    start: () =>
      start(
        () =>
          purgeAll().catch((error) => log.warn({ err: error }, 'Removal of a deleted organization failed; retrying')),
        EVERY_MS,
      ),
    stop,
  }
}
