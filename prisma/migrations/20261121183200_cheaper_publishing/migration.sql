-- Every event, delivery and attempt is written by a statement that takes its organization, endpoint, event or delivery from
-- that very row; organizations and endpoints are never removed, and retention locks what it removes. Looking each of them up
-- once more is much of what storing an event costs, so it is left out where the database can (PostgreSQL 18).
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    EXECUTE 'ALTER TABLE events ALTER CONSTRAINT events_organization_id_fkey NOT ENFORCED';
    EXECUTE 'ALTER TABLE deliveries ALTER CONSTRAINT deliveries_organization_id_fkey NOT ENFORCED';
    EXECUTE 'ALTER TABLE deliveries ALTER CONSTRAINT deliveries_endpoint_id_fkey NOT ENFORCED';
    EXECUTE 'ALTER TABLE deliveries ALTER CONSTRAINT deliveries_event_id_fkey NOT ENFORCED';
    EXECUTE 'ALTER TABLE attempts ALTER CONSTRAINT attempts_delivery_id_fkey NOT ENFORCED';
  END IF;
END
$$;

-- Most events have no idempotency key; they need no place in its index.
-- DropIndex
DROP INDEX "events_organization_id_idempotency_key_key";

-- CreateIndex
CREATE UNIQUE INDEX "events_organization_id_idempotency_key_key" ON "events"("organization_id", "idempotency_key") WHERE (idempotency_key IS NOT NULL);
