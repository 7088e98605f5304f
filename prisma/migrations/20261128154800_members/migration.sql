-- AlterTable
ALTER TABLE "members" ADD COLUMN     "last_seen_at" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "persons" ADD COLUMN     "mails_of_endpoints" BOOLEAN NOT NULL DEFAULT true;
