-- AlterTable
ALTER TABLE "delivery_change_heads" ADD COLUMN     "previous" BIGINT,
ADD COLUMN     "started_at" TIMESTAMPTZ(6);
UPDATE "delivery_change_heads" SET "previous" = "position" - 1, "started_at" = to_timestamp(0);
ALTER TABLE "delivery_change_heads" ALTER COLUMN "previous" SET NOT NULL,
ALTER COLUMN "started_at" SET NOT NULL;

-- AlterTable
ALTER TABLE "delivery_changes" ADD COLUMN     "previous" BIGINT;
UPDATE "delivery_changes" SET "previous" = "position" - 1;
ALTER TABLE "delivery_changes" ALTER COLUMN "previous" SET NOT NULL;
