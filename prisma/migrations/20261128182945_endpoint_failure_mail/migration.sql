-- AlterTable
ALTER TABLE "endpoint_health" ADD COLUMN     "failure_mailed_at" TIMESTAMPTZ(6);
