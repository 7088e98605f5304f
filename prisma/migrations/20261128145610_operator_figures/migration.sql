-- CreateEnum
CREATE TYPE "process_mode" AS ENUM ('ALL', 'WORKER');

-- CreateTable
CREATE TABLE "delivery_minutes" (
    "organization_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(6) NOT NULL,
    "bucket" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "failed_attempts" INTEGER NOT NULL,

    CONSTRAINT "delivery_minutes_pkey" PRIMARY KEY ("organization_id","minute","bucket")
);

-- CreateTable
CREATE TABLE "delivery_totals" (
    "organization_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "bucket" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "failed_attempts" INTEGER NOT NULL,

    CONSTRAINT "delivery_totals_pkey" PRIMARY KEY ("organization_id","day","bucket")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "mode" "process_mode" NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "in_flight" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(6) NOT NULL,
    "stopped_at" TIMESTAMPTZ(6),

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "delivery_minutes_minute_idx" ON "delivery_minutes"("minute");

-- CreateIndex
CREATE INDEX "delivery_totals_day_idx" ON "delivery_totals"("day");

-- CreateIndex
CREATE INDEX "workers_heartbeat_at_idx" ON "workers"("heartbeat_at");

-- CreateIndex
CREATE INDEX "delivery_stats_day_idx" ON "delivery_stats"("day");

-- What was counted before this migration is no growth of the first minute after it.
INSERT INTO "delivery_totals" ("organization_id", "day", "bucket", "created", "attempts", "failed_attempts")
SELECT organization_id, day, bucket, sum(created), sum(attempts), sum(failed_attempts)
FROM delivery_stats WHERE day >= (now() AT TIME ZONE 'UTC')::date - 1 GROUP BY 1, 2, 3;
