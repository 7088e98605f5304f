-- CreateEnum
CREATE TYPE "replay_status" AS ENUM ('RUNNING', 'COMPLETED', 'CANCELED');

-- DropIndex
DROP INDEX "deliveries_held";

-- DropIndex
DROP INDEX "deliveries_leased";

-- DropIndex
DROP INDEX "deliveries_next_due";

-- AlterTable
ALTER TABLE "webhook_endpoints" ADD COLUMN     "disable_after_failures" INTEGER DEFAULT 10,
ADD COLUMN     "max_concurrency" INTEGER NOT NULL DEFAULT 64;

-- CreateTable
CREATE TABLE "endpoint_states" (
    "endpoint_id" TEXT NOT NULL,
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(6),
    "last_failure_at" TIMESTAMPTZ(6),
    "last_failure" TEXT,
    "next_slot_at" TIMESTAMPTZ(6),

    CONSTRAINT "endpoint_states_pkey" PRIMARY KEY ("endpoint_id")
);

-- CreateTable
CREATE TABLE "delivery_changes" (
    "organization_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "part" INTEGER NOT NULL,
    "changes" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "delivery_changes_pkey" PRIMARY KEY ("organization_id","position","part")
);

-- CreateTable
CREATE TABLE "delivery_change_heads" (
    "organization_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "delivery_change_heads_pkey" PRIMARY KEY ("organization_id")
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

-- CreateIndex
CREATE INDEX "delivery_changes_created_at_idx" ON "delivery_changes"("created_at");

-- CreateIndex
CREATE INDEX "delivery_stats_organization_id_day_idx" ON "delivery_stats"("organization_id", "day");

-- CreateIndex
CREATE INDEX "replays_organization_id_id_idx" ON "replays"("organization_id", "id");

-- CreateIndex
CREATE INDEX "replays_running" ON "replays"("updated_at") WHERE (status = 'RUNNING'::replay_status);

-- CreateIndex
CREATE INDEX "deliveries_next_retry" ON "deliveries"("next_attempt_at") WHERE (status = 'RETRYING'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_held" ON "deliveries"("endpoint_id", "id") WHERE (status = 'HELD'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_leased" ON "deliveries"("endpoint_id", "lease_until") WHERE (status = 'SENDING'::delivery_status);

-- CreateIndex
CREATE INDEX "deliveries_failed" ON "deliveries"("organization_id", "id") WHERE (status = ANY (ARRAY['DEAD'::delivery_status, 'EXPIRED'::delivery_status, 'CANCELED'::delivery_status]));

-- AddForeignKey
ALTER TABLE "endpoint_states" ADD CONSTRAINT "endpoint_states_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "replays" ADD CONSTRAINT "replays_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "replays" ADD CONSTRAINT "replays_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
