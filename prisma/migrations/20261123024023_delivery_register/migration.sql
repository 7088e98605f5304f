-- Claiming a delivery and settling it changed its row twice, and each time PostgreSQL wrote it into all five indexes again. What never
-- changes of a delivery is found by a table that never changes, and what does change keeps the indexes of its states.

-- What an older version makes meanwhile would not be in it.
LOCK TABLE "deliveries" IN ACCESS EXCLUSIVE MODE;

-- CreateTable
CREATE TABLE "delivery_register" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL
);

INSERT INTO "delivery_register" (id, organization_id, event_id, endpoint_id, created_at)
SELECT id, organization_id, event_id, endpoint_id, created_at FROM "deliveries";

-- When it is filled: that is faster than entry by entry.
ALTER TABLE "delivery_register" ADD CONSTRAINT "delivery_register_pkey" PRIMARY KEY ("event_id","endpoint_id");

-- CreateIndex
CREATE INDEX "delivery_register_organization_id_id_idx" ON "delivery_register"("organization_id", "id");

-- CreateIndex
CREATE INDEX "delivery_register_endpoint_id_id_idx" ON "delivery_register"("endpoint_id", "id");

-- DropIndex
DROP INDEX "deliveries_endpoint_id_id_idx";

-- DropIndex
DROP INDEX "deliveries_event_id_endpoint_id_key";

-- DropIndex
DROP INDEX "deliveries_organization_id_id_idx";

-- Nor is there an index now by which PostgreSQL could look for the deliveries of an event that is removed. It need not: they are removed
-- with it. A database that was made by an older PostgreSQL still did (20261121183200_cheaper_publishing).
ALTER TABLE "deliveries" ALTER CONSTRAINT "deliveries_event_id_fkey" NOT ENFORCED;
