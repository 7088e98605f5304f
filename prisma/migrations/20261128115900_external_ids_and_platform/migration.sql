-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "deleted_at" TIMESTAMPTZ(6),
ADD COLUMN     "external_id" TEXT,
ADD COLUMN     "is_platform" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "purged_at" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "webhook_endpoints" ADD COLUMN     "external_id" TEXT;

-- CreateIndex
CREATE INDEX "organizations_deleted" ON "organizations"("deleted_at") WHERE (deleted_at IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "organizations_external_id_key" ON "organizations"("external_id") WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

-- CreateIndex
CREATE UNIQUE INDEX "organizations_is_platform_key" ON "organizations"("is_platform") WHERE (is_platform);

-- CreateIndex
CREATE UNIQUE INDEX "webhook_endpoints_organization_id_external_id_key" ON "webhook_endpoints"("organization_id", "external_id") WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

-- The following part is written by hand: the first organization was that of the operator before a column said so.
UPDATE "organizations" SET "is_platform" = true WHERE "id" = (SELECT min("id") FROM "organizations");
