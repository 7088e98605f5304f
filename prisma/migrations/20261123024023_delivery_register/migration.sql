-- Claiming a delivery and settling it changed its row twice, and each time PostgreSQL wrote it into all five indexes again. What never
-- changes of a delivery is found by a table that never changes, and what does change keeps the indexes of its states.

-- CreateTable
CREATE TABLE "delivery_register" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,

    CONSTRAINT "delivery_register_pkey" PRIMARY KEY ("event_id","endpoint_id")
);

INSERT INTO "delivery_register" (id, organization_id, event_id, endpoint_id)
SELECT id, organization_id, event_id, endpoint_id FROM "deliveries";

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
