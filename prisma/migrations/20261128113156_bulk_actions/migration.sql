-- CreateEnum
CREATE TYPE "bulk_action_kind" AS ENUM ('RETRY', 'CANCEL');

-- CreateTable
CREATE TABLE "bulk_actions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" "bulk_action_kind" NOT NULL,
    "filter" JSONB NOT NULL,
    "status" "replay_status" NOT NULL,
    "cursor" TEXT,
    "count" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT NOT NULL,
    "created_by_name" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),
    "webhookEndpointId" TEXT,

    CONSTRAINT "bulk_actions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "bulk_actions_organization_id_id_idx" ON "bulk_actions"("organization_id", "id");

-- CreateIndex
CREATE INDEX "bulk_actions_running" ON "bulk_actions"("updated_at") WHERE (status = 'RUNNING'::replay_status);

-- AddForeignKey
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_webhookEndpointId_fkey" FOREIGN KEY ("webhookEndpointId") REFERENCES "webhook_endpoints"("id") ON DELETE SET NULL ON UPDATE CASCADE;
