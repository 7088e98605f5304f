-- CreateEnum
CREATE TYPE "usage_width" AS ENUM ('MINUTE', 'HOUR', 'DAY', 'MONTH');

-- CreateTable
CREATE TABLE "usage_batches" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "rolled_at" TIMESTAMPTZ(6),

    CONSTRAINT "usage_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_records" (
    "batch_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "organization_id" TEXT,
    "key_id" TEXT,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "operation" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "tier" TEXT,
    "duration_microseconds" INTEGER NOT NULL,
    "request_bytes" INTEGER NOT NULL,
    "response_bytes" INTEGER NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "error" TEXT,

    CONSTRAINT "usage_records_pkey" PRIMARY KEY ("batch_id","number")
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

-- CreateIndex
CREATE INDEX "usage_batches_waiting" ON "usage_batches"("id") WHERE (rolled_at IS NULL);

-- CreateIndex
CREATE INDEX "usage_records_organization_id_batch_id_number_idx" ON "usage_records"("organization_id", "batch_id", "number");

-- CreateIndex
CREATE INDEX "usage_series_organization_id_key_id_idx" ON "usage_series"("organization_id", "key_id");

-- CreateIndex
CREATE INDEX "usage_buckets_width_at_idx" ON "usage_buckets"("width", "at");

-- Buckets of the present are counted up again and again: room beside each row lets that happen in place.
ALTER TABLE "usage_buckets" SET (fillfactor = 70);
