-- CreateEnum
CREATE TYPE "plan" AS ENUM ('STARTER', 'GROWTH', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "key_environment" AS ENUM ('LIVE', 'TEST');

-- CreateEnum
CREATE TYPE "key_tier" AS ENUM ('STANDARD', 'ELEVATED', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "signature_scheme" AS ENUM ('STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX');

-- CreateEnum
CREATE TYPE "delivery_status" AS ENUM ('PENDING', 'SENDING', 'RETRYING', 'SUCCEEDED', 'DEAD', 'EXPIRED', 'HELD', 'CANCELED');

-- CreateEnum
CREATE TYPE "attempt_trigger" AS ENUM ('SCHEDULED', 'MANUAL', 'REPLAY', 'TEST');

-- CreateEnum
CREATE TYPE "replay_status" AS ENUM ('RUNNING', 'COMPLETED', 'CANCELED');

-- CreateEnum
CREATE TYPE "audit_outcome" AS ENUM ('SUCCEEDED', 'DENIED');

-- CreateEnum
CREATE TYPE "usage_width" AS ENUM ('MINUTE', 'HOUR', 'DAY', 'MONTH');

-- CreateEnum
CREATE TYPE "document_status" AS ENUM ('CREATED', 'ACTIVE', 'RETIRED');

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "plan" "plan" NOT NULL DEFAULT 'GROWTH',
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "environment" "key_environment" NOT NULL,
    "display_prefix" TEXT NOT NULL,
    "permissions" JSONB NOT NULL,
    "tier" "key_tier",
    "allowed_ips" TEXT[],
    "persisted_only" BOOLEAN NOT NULL DEFAULT false,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "expires_at" TIMESTAMPTZ(6),
    "disabled_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_by" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_used_at" TIMESTAMPTZ(6),
    "last_used_ip" TEXT,
    "replaced_by" TEXT,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key_secrets" (
    "hash" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_key_secrets_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "event_types" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "schema" JSONB,
    "example" JSONB,
    "sensitive_fields" TEXT[],
    "deprecated" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "event_types_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "event_types" TEXT[],
    "header_names" TEXT[],
    "headers_encrypted" TEXT,
    "timeout_seconds" INTEGER NOT NULL,
    "max_attempts" INTEGER NOT NULL,
    "backoff_seconds" INTEGER[],
    "rate_limit" INTEGER,
    "max_concurrency" INTEGER NOT NULL DEFAULT 64,
    "disable_after_failures" INTEGER DEFAULT 10,
    "max_age_seconds" INTEGER NOT NULL,
    "signature_scheme" "signature_scheme" NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "disabled_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "deleted_at" TIMESTAMPTZ(6),

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "endpoint_health" (
    "endpoint_id" TEXT NOT NULL,
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(6),
    "last_failure_at" TIMESTAMPTZ(6),
    "last_failure" TEXT,
    "next_send_at" TIMESTAMPTZ(6),

    CONSTRAINT "endpoint_health_pkey" PRIMARY KEY ("endpoint_id")
);

-- CreateTable
CREATE TABLE "endpoint_secrets" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "ciphertext" TEXT NOT NULL,
    "public_key" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "endpoint_secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "idempotency_key" TEXT,
    "idempotency_hash" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "status" "delivery_status" NOT NULL,
    "trigger" "attempt_trigger" NOT NULL,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "scheduled_attempts" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "next_attempt_at" TIMESTAMPTZ(6),
    "lease_until" TIMESTAMPTZ(6),
    "untold" BOOLEAN NOT NULL DEFAULT false,
    "explanation" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_index" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "delivery_index_pkey" PRIMARY KEY ("event_id","endpoint_id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "trigger" "attempt_trigger" NOT NULL,
    "status_code" INTEGER,
    "response_headers" JSONB,
    "response_body" BYTEA,
    "duration_microseconds" INTEGER NOT NULL,
    "error_code" TEXT,
    "explanation" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(6),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_changes" (
    "organization_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "previous" BIGINT NOT NULL,
    "part" INTEGER NOT NULL,
    "changes" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "delivery_changes_pkey" PRIMARY KEY ("organization_id","position","part")
);

-- CreateTable
CREATE TABLE "delivery_log_heads" (
    "organization_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "previous" BIGINT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "delivery_log_heads_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "delivery_stats" (
    "endpoint_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "bucket" INTEGER NOT NULL,
    "organization_id" TEXT NOT NULL,
    "created" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failed_attempts" INTEGER NOT NULL DEFAULT 0,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "dead" INTEGER NOT NULL DEFAULT 0,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "duration_microseconds" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "delivery_stats_pkey" PRIMARY KEY ("endpoint_id","day","bucket")
);

-- CreateTable
CREATE TABLE "replays" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "types" TEXT[],
    "statuses" "delivery_status"[],
    "from" TIMESTAMPTZ(6),
    "to" TIMESTAMPTZ(6),
    "status" "replay_status" NOT NULL,
    "cursor" TEXT,
    "count" INTEGER NOT NULL DEFAULT 0,
    "explanation" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "replays_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource" TEXT,
    "ip" TEXT,
    "outcome" "audit_outcome" NOT NULL,
    "details" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_batches" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "counts" JSON,

    CONSTRAINT "usage_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_chunks" (
    "batch_id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "key_ids" TEXT[],
    "kinds" TEXT NOT NULL,
    "requests" TEXT NOT NULL,

    CONSTRAINT "usage_chunks_pkey" PRIMARY KEY ("batch_id","organization_id")
);

-- CreateTable
CREATE TABLE "usage_series" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "tier" TEXT NOT NULL,

    CONSTRAINT "usage_series_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_buckets" (
    "series_id" UUID NOT NULL,
    "width" "usage_width" NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "bucket" INTEGER NOT NULL,
    "requests" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "limited" BIGINT NOT NULL,
    "duration_microseconds" BIGINT NOT NULL,
    "request_bytes" BIGINT NOT NULL,
    "response_bytes" BIGINT NOT NULL,

    CONSTRAINT "usage_buckets_pkey" PRIMARY KEY ("series_id","width","at","bucket")
);

-- CreateTable
CREATE TABLE "persisted_documents" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "document_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "status" "document_status" NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "activated_at" TIMESTAMPTZ(6),
    "retired_at" TIMESTAMPTZ(6),

    CONSTRAINT "persisted_documents_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "api_keys_organization_id_id_idx" ON "api_keys"("organization_id", "id");

-- CreateIndex
CREATE INDEX "api_key_secrets_key_id_idx" ON "api_key_secrets"("key_id");

-- CreateIndex
CREATE INDEX "event_types_organization_id_id_idx" ON "event_types"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "event_types_organization_id_name_key" ON "event_types"("organization_id", "name");

-- CreateIndex
CREATE INDEX "webhook_endpoints_organization_id_id_idx" ON "webhook_endpoints"("organization_id", "id");

-- CreateIndex
CREATE INDEX "endpoint_secrets_endpoint_id_idx" ON "endpoint_secrets"("endpoint_id");

-- CreateIndex
CREATE INDEX "events_organization_id_id_idx" ON "events"("organization_id", "id");

-- CreateIndex
CREATE INDEX "events_organization_id_type_id_idx" ON "events"("organization_id", "type", "id");

-- CreateIndex
CREATE UNIQUE INDEX "events_organization_id_idempotency_key_key" ON "events"("organization_id", "idempotency_key") WHERE (idempotency_key IS NOT NULL);

-- CreateIndex
CREATE INDEX "deliveries_due" ON "deliveries"("endpoint_id", "next_attempt_at") WHERE (status = ANY (ARRAY['PENDING'::delivery_status, 'RETRYING'::delivery_status]));

-- CreateIndex
CREATE INDEX "deliveries_next_retry" ON "deliveries"("next_attempt_at") WHERE (status = 'RETRYING'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_held" ON "deliveries"("endpoint_id", "id") WHERE (status = 'HELD'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_leased" ON "deliveries"("endpoint_id", "lease_until") WHERE (status = 'SENDING'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_failed" ON "deliveries"("organization_id", "id") WHERE (status = ANY (ARRAY['DEAD'::delivery_status, 'EXPIRED'::delivery_status, 'CANCELED'::delivery_status]));

-- CreateIndex
CREATE INDEX "delivery_index_organization_id_id_idx" ON "delivery_index"("organization_id", "id");

-- CreateIndex
CREATE INDEX "delivery_index_endpoint_id_id_idx" ON "delivery_index"("endpoint_id", "id");

-- CreateIndex
CREATE INDEX "attempts_delivery_id_id_idx" ON "attempts"("delivery_id", "id");

-- CreateIndex
CREATE INDEX "delivery_changes_created_at_idx" ON "delivery_changes"("created_at");

-- CreateIndex
CREATE INDEX "delivery_stats_organization_id_day_idx" ON "delivery_stats"("organization_id", "day");

-- CreateIndex
CREATE INDEX "replays_organization_id_id_idx" ON "replays"("organization_id", "id");

-- CreateIndex
CREATE INDEX "replays_running" ON "replays"("updated_at") WHERE (status = 'RUNNING'::replay_status);

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_id_idx" ON "audit_entries"("organization_id", "id");

-- CreateIndex
CREATE INDEX "usage_batches_waiting" ON "usage_batches"("id") WHERE (counts IS NOT NULL);

-- CreateIndex
CREATE INDEX "usage_chunks_organization_id_batch_id_idx" ON "usage_chunks"("organization_id", "batch_id");

-- CreateIndex
CREATE INDEX "usage_series_organization_id_key_id_idx" ON "usage_series"("organization_id", "key_id");

-- CreateIndex
CREATE INDEX "usage_buckets_width_at_idx" ON "usage_buckets"("width", "at");

-- CreateIndex
CREATE INDEX "persisted_documents_organization_id_id_idx" ON "persisted_documents"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "persisted_documents_organization_id_document_id_key" ON "persisted_documents"("organization_id", "document_id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_types" ADD CONSTRAINT "event_types_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_health" ADD CONSTRAINT "endpoint_health_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_secrets" ADD CONSTRAINT "endpoint_secrets_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "deliveries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "replays" ADD CONSTRAINT "replays_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "replays" ADD CONSTRAINT "replays_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "persisted_documents" ADD CONSTRAINT "persisted_documents_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The following parts are written by hand: Prisma's model cannot express them.

-- Statements take each organization, endpoint, event and delivery from its own row, and retention locks the rows that it removes, so the
-- database need not look each reference up again, which would be much of the cost of a publish. PostgreSQL 18 keeps such references
-- unenforced; before 18 they are dropped.
DO $$
DECLARE
  reference text[];
BEGIN
  FOREACH reference SLICE 1 IN ARRAY ARRAY[
    ['events', 'events_organization_id_fkey'], ['deliveries', 'deliveries_organization_id_fkey'],
    ['deliveries', 'deliveries_endpoint_id_fkey'], ['deliveries', 'deliveries_event_id_fkey'],
    ['attempts', 'attempts_delivery_id_fkey']
  ] LOOP
    IF current_setting('server_version_num')::int >= 180000 THEN
      EXECUTE format('ALTER TABLE %I ALTER CONSTRAINT %I NOT ENFORCED', reference[1], reference[2]);
    ELSE
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', reference[1], reference[2]);
    END IF;
  END LOOP;
END
$$;

-- Buckets of the current time are updated again and again: free space beside each row lets PostgreSQL update it in place.
ALTER TABLE "usage_buckets" SET (fillfactor = 70);

-- Compressing usage records costs more than the rest of writing them.
ALTER TABLE "usage_chunks" ALTER COLUMN "kinds" SET STORAGE EXTERNAL, ALTER COLUMN "requests" SET STORAGE EXTERNAL;
ALTER TABLE "usage_batches" ALTER COLUMN "counts" SET STORAGE EXTERNAL;

-- Usage records one by one. `chunk_key_ids` tells which chunks have no record of a key without reading them.
CREATE VIEW "usage_records" AS
SELECT c."batch_id", r."number"::int, c."organization_id", k."kind"->>0 AS "key_id", k."kind"->>1 AS "tier",
  to_timestamp((r."e"->>1)::float8 / 1000) AS "at", k."kind"->>2 AS "operation", k."kind"->>3 AS "outcome",
  (k."kind"->>4)::int AS "status", (r."e"->>2)::int AS "duration_microseconds", (r."e"->>3)::int AS "request_bytes",
  (r."e"->>4)::int AS "response_bytes", k."kind"->>5 AS "ip", k."kind"->>6 AS "user_agent", k."kind"->>7 AS "error",
  c."key_ids" AS "chunk_key_ids"
FROM "usage_chunks" c
CROSS JOIN LATERAL jsonb_array_elements(c."requests"::jsonb) WITH ORDINALITY AS r("e", "number")
-- OFFSET 0: parsed once a chunk.
CROSS JOIN LATERAL (SELECT c."kinds"::jsonb AS "kinds" OFFSET 0) s
CROSS JOIN LATERAL (SELECT s."kinds"->(r."e"->>0)::int AS "kind") k;
