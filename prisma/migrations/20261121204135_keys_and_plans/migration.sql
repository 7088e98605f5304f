-- CreateEnum
CREATE TYPE "plan" AS ENUM ('STARTER', 'GROWTH', 'ENTERPRISE');

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "plan" "plan" NOT NULL DEFAULT 'GROWTH';

-- The first organization is the host's own.
UPDATE "organizations" SET "plan" = 'ENTERPRISE' WHERE "id" = (SELECT min("id") FROM "organizations");

-- CreateTable
CREATE TABLE "api_key_secrets" (
    "hash" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_key_secrets_pkey" PRIMARY KEY ("hash")
);

-- Every key has one secret so far.
INSERT INTO "api_key_secrets" ("hash", "key_id", "created_at") SELECT "hash", "id", "created_at" FROM "api_keys";

-- DropIndex
DROP INDEX "api_keys_hash_key";

-- AlterTable
ALTER TABLE "api_keys" DROP COLUMN "hash",
ADD COLUMN     "last_used_ip" TEXT,
ADD COLUMN     "persisted_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "replaced_by" TEXT,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

-- A tier was only stored so far; from here on it counts, and only keys of the host are without.
UPDATE "api_keys" SET "tier" = 'STANDARD' WHERE "tier" IS NULL AND NOT "permissions" ? 'platform';

-- CreateIndex
CREATE INDEX "api_key_secrets_key_id_idx" ON "api_key_secrets"("key_id");

-- AddForeignKey
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
